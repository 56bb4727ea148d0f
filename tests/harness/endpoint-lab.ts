import type { Browser } from 'playwright-core';
import { launch } from './browser.ts';
import { startEndpoint, type Endpoint } from './endpoint.ts';
import { serveLab, type ServedLab } from './lab.ts';

export interface EndpointLab {
  browser: Browser;
  lab: ServedLab;
  /** Answers in place of a model, where what is tested is the page around the replies. */
  endpoint: Endpoint;
  close(): Promise<void>;
}

/** A browser without WebGPU, the built lab and an endpoint. */
export async function openEndpointLab(): Promise<EndpointLab> {
  const browser = await launch({ webgpu: false });
  const lab = await serveLab();
  const endpoint = await startEndpoint();
  const close = async (): Promise<void> => {
    await browser.close();
    await lab.close();
    await endpoint.close();
  };
  return { browser, lab, endpoint, close };
}
