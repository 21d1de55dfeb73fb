// One experiment alive: inputs, epochs, probabilities, and all that shows them.

const FRAME_MILLISECONDS = 110;

class Playground {
  constructor(section) {
    this.section = section;
    this.model = JSON.parse(section.querySelector("script.live").textContent);
    this.scaling = new Scaling(this.model.scaling);
    this.networks = new Map();
    this.find("wiring", (svg) => (this.wiring = new Wiring(svg)));
    this.charts = [...section.querySelectorAll("[data-chart]")].map((figure) => new Chart(figure));
    const curve = this.charts.find((chart) => chart.name === "response");
    if (curve) this.drawn = new Curve(curve, this.model, this.scaling, (raw) => this.ask(raw));
    this.find("stage", (stage) => {
      this.drawn = new Boundary(stage, this.model, this.scaling, (raw) => this.ask(raw));
      new ResizeObserver(() => this.drawn.paint(this.network)).observe(stage);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
        this.drawn.paint(this.network),
      );
    });
    this.epoch = section.querySelector(".epoch");
    this.button = section.querySelector(".run");
    this.picker = section.querySelector("select.row");
    this.sliders = [...section.querySelectorAll(".slider")];
    this.member = section.querySelector("select.member");
    this.answers = [...section.querySelectorAll(".answer")];
    this.epoch.addEventListener("input", () => {
      this.pause();
      this.showEpoch();
    });
    this.button.addEventListener("click", () => (this.timer ? this.pause() : this.play()));
    this.picker.addEventListener("change", () => {
      const row = this.model.rows.features[this.picker.value];
      this.ask(Float64Array.from(row ?? this.model.average), this.picker.value);
    });
    this.member?.addEventListener("change", () => this.showEpoch());
    this.sliders.forEach((slider, place) =>
      slider.querySelector("input").addEventListener("input", (event) => {
        const raw = this.raw.slice();
        raw[place] = event.target.valueAsNumber;
        this.ask(raw);
      }),
    );
    for (const button of section.querySelectorAll("button.ask")) {
      button.addEventListener("click", () => {
        const { row } = button.dataset;
        this.ask(Float64Array.from(this.model.rows.features[row]), row);
        section.querySelector(".inputs").scrollIntoView({ block: "center" });
      });
    }
    this.raw = Float64Array.from(this.model.rows.features[0]);
    this.picker.value = 0;
    this.showEpoch();
  }

  find(name, use) {
    const element = this.section.querySelector(`.${name}`);
    if (element) use(element);
  }

  get state() {
    return this.model.states[this.epoch.value];
  }

  /** The network, or the ensemble, in the state that the slider of epochs says. */
  get whole() {
    const { state } = this;
    if (!this.networks.has(state)) {
      this.networks.set(state, networkOf(this.model, state.parameters));
    }
    return this.networks.get(state);
  }

  /** What answers: all members of an ensemble together, or the one that was chosen. */
  get network() {
    return this.member?.value ? this.whole.members[this.member.value] : this.whole;
  }

  /** The network whose weights are drawn; of an ensemble, one member. */
  get wired() {
    return this.whole.members[this.member?.value || 0];
  }

  play() {
    if (+this.epoch.value === +this.epoch.max) this.epoch.value = 0;
    this.button.textContent = "Pause";
    this.timer = setInterval(() => {
      if (+this.epoch.value === +this.epoch.max) return this.pause();
      this.epoch.value = +this.epoch.value + 1;
      this.showEpoch();
    }, FRAME_MILLISECONDS);
    this.showEpoch();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.button.textContent = "Play training";
  }

  showEpoch() {
    const { epoch, loss } = this.state;
    const told = `epoch ${epoch} · loss ${short(loss)}`;
    this.section.querySelector(".epoch-told").textContent = told;
    this.epoch.setAttribute("aria-valuetext", told);
    this.wiring.showWeights(this.wired);
    this.drawn?.paint(this.network);
    for (const chart of this.charts) if (chart.epochLine) chart.markEpoch(epoch);
    this.showAnswer();
  }

  /** Asks the network about raw inputs; `row` is the number of the row that they are, if any. */
  ask(raw, row = "") {
    this.raw = raw;
    this.picker.value = row;
    this.showAnswer();
  }

  showAnswer() {
    const inputs = this.scaling.apply(this.raw);
    this.wiring.showActivations(this.wired, this.wired.activate(inputs));
    this.drawn?.mark(this.raw);
    if (this.model.quantity) return this.showNumber(inputs);
    const probabilities = this.network.probabilities(inputs);
    const ofMembers = this.network.members.map((member) => member.probabilities(inputs));
    const label = probabilities.length === 2 ? 1 : this.network.decide(probabilities);
    this.answers.forEach((answer, number) => {
      answer.querySelector("output").textContent = percent(probabilities[number]);
      answer.querySelector(".fill").style.setProperty("--share", probabilities[number].toFixed(4));
      showRange(answer, ofMembers.map((each) => each[number]), percent);
      answer.classList.toggle("decided", number === this.network.decide(probabilities));
    });
    this.section.querySelector(".pushed").textContent = `${this.model.target} = ${this.model.classes[label]}`;
    this.showPushes(inputs, (some) => this.network.logOdds(some, label), "log-odds", 1);
  }

  /** Shows what is predicted, in the target's units, and where it lies among the table's numbers. */
  showNumber(inputs) {
    const { lowest, highest, halfWidth } = this.model.quantity;
    const number = this.network.number(inputs);
    const [answer] = this.answers;
    const reach = halfWidth === null ? "" : ` ± ${short(halfWidth)}`;
    answer.querySelector("output").textContent = `${short(number)}${reach}`;
    showRange(answer, this.network.members.map((member) => member.number(inputs)), short);
    const share = Math.min(Math.max((number - lowest) / (highest - lowest), 0), 1);
    answer.querySelector(".fill").style.setProperty("--share", share.toFixed(4));
    this.showPushes(inputs, (some) => this.network.number(some), this.model.target, 0);
  }

  /** Shows what each input adds to an answer; `least` is how much fills a bar, at least. */
  showPushes(inputs, answerTo, name, least) {
    const odds = answerTo(inputs);
    const pushes = this.sliders.map((_, place) => {
      const raw = this.raw.slice();
      raw[place] = this.model.average[place];
      return odds - answerTo(this.scaling.apply(raw));
    });
    const strongest = Math.max(least, ...pushes.map(Math.abs)) || 1;
    this.sliders.forEach((slider, place) => {
      const push = pushes[place];
      const [value, input, bar] = ["output", "input", ".push"].map((name) => slider.querySelector(name));
      value.textContent = short(this.raw[place]);
      input.value = this.raw[place];
      bar.style.setProperty("--push", (Math.abs(push) / strongest).toFixed(3));
      bar.classList.toggle("up", push > 0);
      const told = this.model.quantity ? short(push) : fixed(push, 2);
      const what = this.model.quantity ? name : `the ${name}`;
      bar.setAttribute("aria-label", `pushes ${what} by ${told}`);
      bar.title = `${name} ${push < 0 ? "" : "+"}${told}`;
    });
  }
}

/** Shows how far the members of an ensemble disagree: the least and the most that one says. */
function showRange(answer, told, format) {
  const range = answer.querySelector(".range");
  if (!range) return;
  const [least, most] = [Math.min(...told), Math.max(...told)].map(format);
  const words = least === most ? `all ${least}` : `${least} to ${most}`;
  range.textContent = told.length > 1 ? `members: ${words}` : "";
}
