/** An input of the training graph, as plain numbers. */
export interface Feed {
  type: 'float32' | 'int32' | 'bool' | 'uint8';
  data: Float32Array | Int32Array | Uint8Array;
  dims: number[];
}
export type Feeds = Map<string, Feed>;
