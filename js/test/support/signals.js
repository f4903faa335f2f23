// Made-up sound and its measures, for the tests.

/** A sine of `hz` at `rateHz`. */
export function sine(hz, rateHz, samples, amplitude = 0.5) {
  return Float32Array.from(
    { length: samples },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rateHz),
  );
}

/** Numbers in [0, 1) that are the same in every run. */
export function* randoms(seed) {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

export function noise(samples, seed = 1, amplitude = 0.3) {
  const source = randoms(seed);
  return Float32Array.from({ length: samples }, () => amplitude * (2 * source.next().value - 1));
}

/** Mean power in dB. */
export function powerDb(samples) {
  const sum = samples.reduce((total, value) => total + value * value, 0);
  return 10 * Math.log10(sum / samples.length + 1e-30);
}

/**
 * The power of the best fitting sine of `hz`, over what is left: signal to noise in dB.
 */
export function signalToNoiseDb(samples, hz, rateHz) {
  let [cc, ss, cs, xc, xs] = [0, 0, 0, 0, 0];
  const angle = (i) => (2 * Math.PI * hz * i) / rateHz;
  samples.forEach((value, i) => {
    const [c, s] = [Math.cos(angle(i)), Math.sin(angle(i))];
    cc += c * c;
    ss += s * s;
    cs += c * s;
    xc += value * c;
    xs += value * s;
  });
  const determinant = cc * ss - cs * cs;
  const a = (xc * ss - xs * cs) / determinant;
  const b = (xs * cc - xc * cs) / determinant;
  const fitted = samples.map((_, i) => a * Math.cos(angle(i)) + b * Math.sin(angle(i)));
  return powerDb(fitted) - powerDb(samples.map((value, i) => value - fitted[i]));
}
