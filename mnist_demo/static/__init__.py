"""The page without a server: the same components, and the model run by TensorFlow.js in its visitor's browser."""
