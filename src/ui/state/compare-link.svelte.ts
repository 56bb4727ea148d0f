import type { Comparison } from '../../core/conversation/comparison.ts';
import { utterancesOn } from '../../core/conversation/danger.ts';
import { conversationFrom } from '../../core/conversation/from-dialogue.ts';
import { pathTo } from '../../core/conversation/tree.ts';
import { LabError } from '../../core/error.ts';
import { unpackComparison } from '../../core/links/comparison.ts';
import { readQuery } from '../../core/links/query.ts';
import type { CrisisSignal } from '../../core/safety/kinds.ts';
import type { Example } from '../../lab/index.ts';
import { aboutRefused, COMPARE_SHAPE } from '../links.ts';
import type { CompareState } from './compare.svelte.ts';
import { compareTexts } from '../texts/compare.ts';
import { exampleText } from '../texts/named.ts';
import { findDialogue, type DialogueFinder } from './given-dialogue.ts';
import type { Models } from './models.svelte.ts';

interface Dependencies {
  compare: Pick<CompareState, 'show' | 'give' | 'error'>;
  models: Pick<Models, 'list' | 'refresh'>;
  getDialogue: DialogueFinder;
  firstReply: (signal: CrisisSignal) => string;
  loadExamples(): Promise<readonly Pick<Example, 'title' | 'why' | 'comparison'>[]>;
}

/** Opens Compare as a link describes it: a comparison with its replies, or a dialogue to compare from a turn. */
export class CompareLink {
  /** What the link asked for that is missing here. */
  missing = $state.raw<readonly string[]>([]);
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  readonly dismiss = (): void => void (this.missing = []);

  async open(query: string): Promise<void> {
    const { values, refused } = readQuery(query, COMPARE_SHAPE);
    const { shared, example, dialogue, turn, seed } = values;
    this.missing = aboutRefused(refused);
    try {
      if (shared !== undefined) await this.#showShared(shared);
      else if (example !== undefined) await this.#showExample(example);
      else if (dialogue !== undefined) await this.#give(dialogue, turn, seed);
    } catch (error) {
      this.#dependencies.compare.error = LabError.from(error, { code: 'bad-data', what: compareTexts.failed.link });
    }
  }

  /** Shows a comparison and offers what it was made from, so that it can be made again with the same seed. */
  async showAndOffer(comparison: Comparison, label: string): Promise<void> {
    const { compare, models } = this.#dependencies;
    compare.show(comparison);
    const { task } = comparison;
    if (!task) return;
    const { systemPrompt, decoding } = task;
    compare.give({ label, earlier: task.utterances.slice(0, -1), systemPrompt, decoding }, comparison.message);
    if (!models.list.some(({ id }) => id === task.modelId)) await models.refresh();
    if (models.list.some(({ id }) => id === task.modelId)) return;
    this.missing = [...this.missing, compareTexts.otherModel(comparison.model)];
  }

  async #showExample(number: number): Promise<void> {
    const example = (await this.#dependencies.loadExamples())[number - 1];
    if (example)
      await this.showAndOffer(example.comparison, compareTexts.example(exampleText(number - 1, example).title));
    else this.missing = [...this.missing, compareTexts.noExample(number)];
  }

  async #showShared(packed: string): Promise<void> {
    const comparison = await unpackComparison(packed);
    if (comparison.columns.every(({ messages }) => messages.length === 0) && comparison.columns.length > 0) {
      this.missing = [...this.missing, compareTexts.contextsLeftOut];
    }
    await this.showAndOffer(comparison, compareTexts.fromLink);
  }

  async #give(named: string, turn: number | undefined, seed: number | undefined): Promise<void> {
    const { compare, getDialogue, firstReply } = this.#dependencies;
    const found = await findDialogue(named, getDialogue);
    if (typeof found === 'string') {
      this.missing = [...this.missing, found];
      return;
    }
    // The message to answer is the last that the seeker wrote up to there.
    const last = found.utterances.slice(0, turn).findLastIndex(({ speaker }) => speaker === 'seeker');
    const path = pathTo(conversationFrom(found, { turns: last + 1, systemPrompt: '' }));
    const said = utterancesOn(path, firstReply);
    const message = said.pop();
    if (!message) {
      this.missing = [...this.missing, compareTexts.nobodyAsks];
      return;
    }
    const label = compareTexts.upTo(found.scene ?? found.id, last + 1);
    compare.give({ label, earlier: said, ...(seed !== undefined && { decoding: { seed } }) }, message.text);
  }
}
