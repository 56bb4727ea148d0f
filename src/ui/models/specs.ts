/** What the form for an endpoint yields. */
export interface EndpointSpec {
  baseUrl: string;
  model: string;
  key: string | null;
  /** Keep the key in this browser after the tab is closed. */
  remember: boolean;
}

/** A model in MLC format with the compiled library that runs it. */
export interface MlcPair {
  name: string;
  modelUrl: string;
  libraryUrl: string;
}
