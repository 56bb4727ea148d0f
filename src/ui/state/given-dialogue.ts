import type { Dialogue } from '../../lab/index.ts';
import { parseDataRoute } from '../data/dataset-route.ts';
import { shellTexts } from '../texts/shell.ts';

export type DialogueFinder = (dataset: string, dialogue: string) => Promise<Dialogue | undefined>;

/** The dialogue that a link names, or the reason why it is missing here. */
export async function findDialogue(named: string, find: DialogueFinder): Promise<Dialogue | string> {
  const { dataset, dialogue } = parseDataRoute(named);
  const missing = shellTexts.linkDialogue(dialogue ?? named);
  if (dataset === null || dialogue === null) return missing;
  return (await find(dataset, dialogue).catch(() => undefined)) ?? missing;
}
