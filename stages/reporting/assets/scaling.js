// From the table's own units to what a network takes, as the model file says, and back.
// This is the only place that knows how a model prepares its inputs.

class Scaling {
  constructor({ center, scale, clip }) {
    this.center = center;
    this.scale = scale;
    this.clip = clip; // null: scaled numbers are not clipped
  }

  apply(raw) {
    return Float64Array.from(raw, (value, i) => {
      const scaled = (value - this.center[i]) / this.scale[i];
      if (this.clip === null) return scaled;
      const ratio = scaled / this.clip;
      return scaled / Math.sqrt(1 + ratio * ratio);
    });
  }

  undo(inputs) {
    return Float64Array.from(inputs, (value, i) => this.center[i] + this.unclipped(value) * this.scale[i]);
  }

  unclipped(scaled) {
    if (this.clip === null) return scaled;
    const ratio = scaled / this.clip;
    return scaled / Math.sqrt(Math.max(1 - ratio * ratio, Number.EPSILON));
  }
}
