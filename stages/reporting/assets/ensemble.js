// Networks that answer together, as in nn/network/ensemble.py.

class Ensemble extends Answers {
  /** `parameters` has a list for each member. */
  constructor(model, parameters) {
    super(model);
    this.members = parameters.map((own) => new Network(model, own));
  }

  /** Logits that stand for the mean of the members' answers. */
  logits(inputs) {
    return this.output.average(this.members.map((member) => member.logits(inputs)));
  }
}

/** The network, or the ensemble, that has these parameters; either has `members`. */
function networkOf(model, parameters) {
  return Array.isArray(parameters[0]) ? new Ensemble(model, parameters) : new Network(model, parameters);
}
