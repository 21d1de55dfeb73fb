"""The network for others: an ONNX file, a scikit-learn estimator."""
