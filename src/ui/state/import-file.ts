import type { ConversationImportProgress } from '../../core/conversation/exchange.ts';
import type { ImportFault } from '../../core/conversation/import-fault.ts';
import { LabError } from '../../core/error.ts';
import type { ConversationLibrary, ImportReport } from '../../lab/index.ts';
import { integer } from '../components/format.ts';
import { chatTexts } from '../texts/chat.ts';
import { terms } from '../texts/in-use.svelte.ts';
import type { ImportTerms } from '../texts/terms.ts';
import type { Toasts } from './toasts.svelte.ts';

interface Host {
  library: Pick<ConversationLibrary, 'import'>;
  toasts: Pick<Toasts, 'show'>;
  signal: AbortSignal;
  onProgress: (progress: ConversationImportProgress) => void;
}

/** Why the signal of an import was aborted, if not by its Cancel button: all conversations are being deleted. */
export type StopReason = 'deleting';

/** Milliseconds for which it is shown what stays of an import that did not reach its end. */
const LASTS_MS = 8000;

/**
 * Imports a file of conversations, and says in a toast what was imported. Resolves to what the file had that could not
 * be imported.
 * @throws {LabError} what `ConversationLibrary.import` throws.
 */
export async function importFile(file: File, { library, toasts, signal, onProgress }: Host): Promise<LabError | null> {
  let reached: ConversationImportProgress | null = null;
  const report = (progress: ConversationImportProgress): void => {
    reached = progress;
    onProgress(progress);
  };
  try {
    const { added, alreadyHere, problems } = await library.import(await file.text(), {
      file: file.name,
      signal,
      onProgress: report,
    });
    toasts.show(`${countsText(added.length, alreadyHere.length)}.`);
    return faultOf(file.name, problems);
  } catch (error) {
    if (signal.reason === ('deleting' satisfies StopReason)) toasts.show(chatTexts.importStoppedToDelete);
    else if (reached || signal.aborted) toasts.show(stoppedText(reached), undefined, LASTS_MS);
    throw refusal(error);
  }
}

function faultOf(file: string, problems: ImportReport['problems']): LabError | null {
  const [problem] = problems;
  if (!problem) return null;
  const own = terms()?.imports;
  if (own) {
    const more = problems.length > 1 ? ` ${own.more(problems.length - 1)}` : '';
    return new LabError({
      code: 'bad-data',
      what: faultSentence(problem.fault, own) + more,
      where: own.place(file, problem.number, problem.title),
      todo: own.correct,
      translated: true,
    });
  }
  const more = problems.length > 1 ? ` ${problems.length - 1} more were left out as well.` : '';
  return new LabError({
    code: 'bad-data',
    what: `${problem.what}${more}`,
    where: `${file}, ${problem.where}`,
    todo: 'The valid conversations were imported. Correct the file to get the rest.',
  });
}

function faultSentence(fault: ImportFault, own: ImportTerms): string {
  if (fault.kind === 'too-long') return own['too-long'](integer(fault.messages), integer(fault.most));
  return fault.kind === 'field' ? own.field(fault.field) : own[fault.kind](fault.id);
}

/** A file that cannot be read at all, in the language in use. */
function refusal(error: unknown): unknown {
  const own = terms()?.imports;
  if (!own || !(error instanceof LabError) || error.code !== 'bad-file') return error;
  const [, version] = /^Its version is (\d+)/.exec(error.detail.what) ?? [];
  const [what, todo] = version === undefined ? [own.noExport, own.chooseExport] : [own.version(version), own.update];
  return new LabError({ ...error.detail, what, todo, translated: true });
}

/** What an import brought, without a full stop. */
function countsText(added: number, alreadyHere: number): string {
  const here = alreadyHere > 0 ? [chatTexts.alreadyHere(alreadyHere)] : [];
  return [chatTexts.imported(added), ...here].join(', ');
}

/** What an import brought that did not reach the end of its file. */
function stoppedText(reached: ConversationImportProgress | null): string {
  if (!reached || reached.added === 0) return chatTexts.importStoppedEarly;
  const counts = countsText(reached.added, reached.alreadyHere);
  return chatTexts.importStopped(integer(reached.done), integer(reached.of), counts);
}
