// Activation functions of hidden layers, as in nn/network/activations.py: each with its derivative in
// terms of the activation. `low` is the negative slope of leaky_relu.

const ACTIVATIONS = {
  relu: { value: (z) => Math.max(z, 0), derivative: (a) => (a > 0 ? 1 : 0) },
  leaky_relu: { value: (z, low) => (z > 0 ? z : low * z), derivative: (a, low) => (a > 0 ? 1 : low) },
  tanh: { value: tanh, derivative: (a) => 1 - a * a },
  sigmoid: { value: sigmoid, derivative: (a) => a * (1 - a) },
};
