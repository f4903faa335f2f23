/**
 * The direct path: a WebSocket into the kernel, on a page of the same computer.
 *
 * Page and kernel prove to each other that they hold a secret before anything else is said.
 * The secret is the ECDH of two one-time P-256 keys: the public halves travel over the comm,
 * where others can read them, and are useless without a private half. `loopback.py` is the
 * other side.
 */

/** Nobody waits for it: what is said meanwhile goes over the comm. */
const OPEN_WITHIN_MS = 3000;
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/** @typedef {{host: string, port: number, public_key: string, nonce: string}} Offer */

/** Whether this page is on the kernel's own computer, as far as a page can tell. */
export function onLoopback(hostname = location.hostname) {
  return ["localhost", "127.0.0.1", "::1", "[::1]"].includes(hostname);
}

/** @param {ArrayBuffer | Uint8Array} bytes @returns {string} */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer} bytes */
function toHex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The page's half of one handshake. */
export class Handshake {
  #keys;
  #publicKey;

  /** @param {CryptoKeyPair} keys @param {string} publicKey base64 of the 65-byte point */
  constructor(keys, publicKey) {
    this.#keys = keys;
    this.#publicKey = publicKey;
  }

  /** @returns {Promise<Handshake>} with a key pair of its own */
  static async create() {
    const keys = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const point = await crypto.subtle.exportKey("raw", keys.publicKey);
    return new Handshake(keys, toBase64(point));
  }

  get publicKey() {
    return this.#publicKey;
  }

  /**
   * @param {Offer} offer
   * @param {string} client
   * @returns {Promise<{nonce: string, proof: string, expected: string}>} what the page
   *   sends, and the proof that the kernel must answer with
   */
  async prove(offer, client) {
    const nonce = toBase64(crypto.getRandomValues(new Uint8Array(32)));
    const key = await this.#sharedKey(offer.public_key);
    return {
      nonce,
      proof: await sign(key, `page|${client}|${offer.nonce}|${nonce}`),
      expected: await sign(key, `kernel|${client}|${nonce}|${offer.nonce}`),
    };
  }

  /** @param {string} theirs */
  async #sharedKey(theirs) {
    const point = await crypto.subtle.importKey("raw", fromBase64(theirs), CURVE, false, []);
    const bits = await crypto.subtle.deriveBits(
      { name: "ECDH", public: point },
      this.#keys.privateKey,
      256,
    );
    return crypto.subtle.importKey("raw", bits, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }
}

/** @param {CryptoKey} key @param {string} text */
async function sign(key, text) {
  return toHex(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
}

/**
 * Open the door that the kernel offers.
 * @param {Offer} offer
 * @param {Handshake} handshake
 * @param {string} client
 * @returns {Promise<WebSocket>} open and proven; rejected when it is not within 3 s
 */
export async function openDirect(offer, handshake, client) {
  const { nonce, proof, expected } = await handshake.prove(offer, client);
  const socket = new WebSocket(`ws://${offer.host}:${Number(offer.port)}/`);
  socket.binaryType = "arraybuffer";
  try {
    await within(OPEN_WITHIN_MS, (resolve, reject) => {
      socket.onclose = () => reject(new Error("the kernel closed the direct path"));
      socket.onopen = () => socket.send(JSON.stringify({ client, nonce, proof }));
      socket.onmessage = ({ data }) =>
        isProof(data, expected) ? resolve() : reject(new Error("the kernel's proof is wrong"));
    });
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    socket.onclose = socket.onopen = socket.onmessage = null;
  }
  return socket;
}

/** @param {unknown} data @param {string} expected */
function isProof(data, expected) {
  try {
    return typeof data === "string" && JSON.parse(data).proof === expected;
  } catch {
    return false;
  }
}

/**
 * @param {number} ms
 * @param {(resolve: () => void, reject: (error: Error) => void) => void} start
 * @returns {Promise<void>}
 */
function within(ms, start) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the direct path did not open")), ms);
    const settle = () => clearTimeout(timer);
    start(
      () => (settle(), resolve()),
      (error) => (settle(), reject(error)),
    );
  });
}
