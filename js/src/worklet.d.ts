// What an AudioWorkletGlobalScope has and the DOM library does not name.

declare const sampleRate: number;
declare const currentTime: number;

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

// The text of a bundled worklet, put in by build.mjs.
declare module "worklet:*" {
  const text: string;
  export default text;
}
