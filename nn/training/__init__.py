"""Training: backpropagation, optimizers, initializers, mini-batches, and the loop over epochs."""
