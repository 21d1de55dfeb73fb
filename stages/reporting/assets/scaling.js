// From the table's own units to what a network takes, as the model file says, and back.
// This is the only place that knows how a model prepares its inputs.

class Scaling {
  constructor({ center, scale }) {
    this.center = center;
    this.scale = scale;
  }

  apply(raw) {
    return Float64Array.from(raw, (value, i) => (value - this.center[i]) / this.scale[i]);
  }

  undo(inputs) {
    return Float64Array.from(inputs, (value, i) => this.center[i] + value * this.scale[i]);
  }
}
