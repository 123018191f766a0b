"""What makes the model and judges it: data, rendering, augmentation, network, training, export, evaluation."""
