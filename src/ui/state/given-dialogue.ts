import type { Dialogue } from '../../lab/index.ts';
import { parseDataRoute } from '../data/dataset-route.ts';

export type DialogueFinder = (dataset: string, dialogue: string) => Promise<Dialogue | undefined>;

/** The dialogue that a link names, or the reason why it is missing here. */
export async function findDialogue(named: string, find: DialogueFinder): Promise<Dialogue | string> {
  const { dataset, dialogue } = parseDataRoute(named);
  const todo = 'Import its dataset, then open the link again.';
  const missing = `The dialogue “${dialogue ?? named}” is not in this browser. ${todo}`;
  if (dataset === null || dialogue === null) return missing;
  return (await find(dataset, dialogue).catch(() => undefined)) ?? missing;
}
