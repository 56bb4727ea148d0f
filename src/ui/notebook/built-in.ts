import { LabError } from '../../core/error.ts';

const FILES = import.meta.glob<string>('../../../notebooks/*.html', { query: '?raw', import: 'default' });

/**
 * The text of a notebook that comes with the lab; undefined for any other name.
 * @throws {LabError} `network`.
 */
export async function loadBuiltIn(name: string): Promise<string | undefined> {
  const load = FILES[`../../../notebooks/${name}.html`];
  try {
    return await load?.();
  } catch (error) {
    throw LabError.from(error, {
      code: 'network',
      where: name,
      what: 'The notebook could not be loaded.',
      todo: 'Check the connection and try again.',
    });
  }
}
