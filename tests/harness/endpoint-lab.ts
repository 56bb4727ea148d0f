import { afterEach, beforeEach } from 'vitest';
import { startEndpoint, type Endpoint } from './endpoint.ts';
import { Person } from './person.ts';
import { useLab, type UsedLab } from './use-lab.ts';
import { visit, type Visit } from './visit.ts';

export interface EndpointLab extends UsedLab {
  /** Replies instead of a model in tests about the page. A new one before each test. */
  endpoint: Endpoint;
}

export interface EndpointVisit extends EndpointLab {
  guest: Visit;
  person: Person;
}

/**
 * Has a browser without WebGPU and the built lab for the tests of a `describe`, and an endpoint for each; fields are
 * set when tests run.
 */
export function useEndpointLab(): EndpointLab {
  const opened = useLab() as EndpointLab;
  beforeEach(async () => {
    opened.endpoint = await startEndpoint();
  });
  afterEach(() => opened.endpoint.close());
  return opened;
}

/** The same, and for each test a person on their first visit, who has added the endpoint and opened a view. */
export function useEndpointVisit(options: { key?: string; view?: 'chat'; sentences?: boolean } = {}): EndpointVisit {
  const opened = useEndpointLab() as EndpointVisit;
  beforeEach(async () => {
    opened.guest = await visit(opened.browser, opened.lab.url, { sentences: options.sentences ?? false });
    opened.person = new Person(opened.guest.page);
    await opened.person.addEndpoint(opened.endpoint, options.key);
    if (options.view) await opened.person.goTo(options.view);
  });
  afterEach(() => opened.guest.close());
  return opened;
}
