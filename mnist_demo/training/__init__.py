"""What makes the model and judges it: drawings and data, networks, recipe, export, evaluation."""
