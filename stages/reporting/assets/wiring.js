// The drawing of a network: weights as lines, units filled as they are active.

class Wiring {
  constructor(svg) {
    this.weights = [...svg.querySelectorAll(".weight")].map((path) => [path, +path.dataset.place]);
    this.layers = [...svg.querySelectorAll(".layer")].map((layer) =>
      [...layer.querySelectorAll(".unit")].map((unit) => ({
        number: +unit.dataset.number,
        disc: unit.querySelector(".disc"),
        text: unit.querySelector(".activation"),
      })),
    );
  }

  showWeights(network) {
    const strongest = new Map();
    const layerOf = (place) => network.layers.findLast(({ start }) => start <= place);
    for (const layer of network.layers) {
      strongest.set(layer, Math.max(...layer.weights.map(Math.abs)) || 1);
    }
    for (const [path, place] of this.weights) {
      const weight = network.parameters[place];
      const strength = Math.abs(weight) / strongest.get(layerOf(place));
      path.style.setProperty("--strength", strength.toFixed(2));
      path.classList.toggle("positive", weight > 0);
      path.classList.toggle("negative", weight <= 0);
    }
  }

  showActivations(network, { activations, logits }) {
    const values = [...activations.slice(0, -1), network.output.response(logits)];
    this.layers.forEach((units, layer) => {
      const strongest = Math.max(1, ...values[layer].map(Math.abs));
      for (const { number, disc, text } of units) {
        const value = values[layer][number];
        disc.style.setProperty("--level", (Math.abs(value) / strongest).toFixed(3));
        disc.classList.toggle("negative", value < 0);
        if (text) text.textContent = minus(Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(1));
      }
    });
  }
}
