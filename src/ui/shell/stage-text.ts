import { shell } from '../texts/en/shell.ts';
import { shellTexts } from '../texts/shell.ts';

type Stage = keyof typeof shell.stages;
const STAGES = Object.keys(shell.stages) as Stage[];

/** A step of loading in the language in use; one that the texts do not know stays as the engine names it. */
export function stageText(name: string): string {
  const known = STAGES.find((stage) => shell.stages[stage] === name);
  return known ? shellTexts.stages[known] : name;
}
