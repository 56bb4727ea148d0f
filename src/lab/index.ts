/**
 * The one door to the services of the page: `src/ui` and `src/node` import from here and from no other module of
 * `src/lab`, `src/browser` or `workers`. Nothing here starts work when it is imported, and a build takes only what is
 * used.
 */

/** Models: those of this browser, files to add, estimates of memory, and the owner of those that are loaded. */
export {
  adapterFilesOf,
  addEndpoint,
  addFromFiles,
  addFromUrl,
  addMlc,
  combineAdapters,
  convertToOnnx,
  removeModel,
  type AdapterFormat,
  type NewEndpoint,
  type NewMlc,
  type WeightedModel,
} from './models/adding.ts';
export {
  estimateMemory,
  listModels,
  mayStore,
  listWebLlmModels,
  storedBytes,
  subscribeToModels,
  type MemoryEstimate,
  type ModelSummary,
} from './models/list.ts';
export type { DeviceChoice, ModelLease, ModelResidency } from './models/residency.ts';
export { residency } from './models/resident-models.ts';
export { openOwnTokenizer } from './models/tokenizers.ts';
export { contextTokenizer } from './models/context-tokenizer.ts';
export { probeGpu, type GpuProbe } from '../engines/gpu.ts';
export { formatResumes } from '../engines/features.ts';
export { hasWasmThreads } from '../engines/threads.ts';

/** Compression and histories: what a model is sent of a conversation. */
export { compress, createCompression } from './compression.ts';
export { viewCompressed, type CompressedRequest, type CompressedView } from './compressed-context.ts';
export { openOverflow, type OverflowChoice } from './overflow.ts';

/** Conversations: replies, the library of conversations, comparisons, signs of danger. */
export { writeReply, type ReplyStep, type ReplyTask, type ReplyTools, type WrittenReply } from './reply.ts';
export { readBeginning } from './read-beginning.ts';
export { resumeReply } from './resume-reply.ts';
export { conversations, type ConversationLibrary, type LibraryEvent } from './conversations.ts';
export type { ImportReport } from './import-conversations.ts';
export {
  deleteAllComparisons,
  deleteComparison,
  listComparisons,
  saveComparison,
} from '../browser/storage/comparison-store.ts';
export { loadExamples, type Example } from '../core/conversation/examples/examples.ts';
export { lookInside, weighDropped, type WordWeight } from './look-inside.ts';
export { readDanger } from './sentences.ts';
export { openAssist } from './assist.ts';

/** Datasets: import, browsing, statistics. */
export {
  TEST_PART_ID,
  browseDataset,
  datasetStatistics,
  datasetSummary,
  exportDataset,
  getDialogue,
  importFiles,
  importUrl,
  listDatasets,
  removeDataset,
  type Dataset,
  type DatasetStatistics,
  type DatasetSummary,
  type Dialogue,
  type DialogueQuery,
  type DialogueRow,
  type ImportCalls,
  type ImportProgress,
} from './datasets.ts';
export { DatasetLibrary } from '../../workers/dataset/library.ts';

/** Metrics: text metrics and BERTScore. */
export { createMetrics, type Metrics } from './metrics.ts';
export { createInlineBertScore } from './bertscore.ts';

/** Runs: evaluation plans carried out, judged by models and rated by people. */
export {
  compareRuns,
  createRun,
  estimateRun,
  exportRun,
  importRun,
  listRuns,
  removeRun,
  startRun,
  summariseRun,
  type EvaluationPlan,
  type PlanInput,
  type RunEvent,
  type RunState,
  type RunSummary,
  type StoredRun,
} from './runs/runs.ts';
export {
  contextOfReply,
  exploredDistribution,
  exploredPage,
  exploredScatter,
  exploredSlices,
  exploredTurn,
  exploreRun,
  exportExplored,
  listCommittedRuns,
  type CommittedRun,
  type ExploredRun,
  type MissingReason,
  type RebuiltContext,
  type TurnContext,
} from './runs/explorer.ts';
export { planTools } from './runs/plan-tools.ts';
export type { WorkCalls } from './runs/stored-runs.ts';
export {
  MOST_ROUNDS,
  PROMPT_IDS,
  PROMPTS,
  describeJudgePair,
  judgeIdOf,
  judgePairsOf,
  judgeRunReplies,
  judgesOfRun,
  modelOfJudge,
  type ChosenJudge,
  type JudgePair,
  type JudgeState,
  type JudgingEvent,
  type PromptId,
} from './runs/judging.ts';
export {
  cellName,
  contestsOf,
  importRatings,
  judgeRatersOf,
  ratingsOf,
  saveRatings,
  type CellRef,
  type HumanResult,
} from './runs/pairwise.ts';
export {
  checkJudge,
  FEWEST_DIALOGUES,
  describeValidation,
  type CheckEvent,
  type JudgeCheck,
  type JudgedCheckDialogue,
} from './judge/check.ts';
export type { Validation } from '../core/judge/validate.ts';

/** Notebooks: what is stored, and the bridge between a sandbox and these services. */
export {
  attachFiles,
  deleteNotebook,
  detachFiles,
  FUNCTION_NAMES,
  getNotebook,
  listNotebooks,
  NotebookBridge,
  notebookFiles,
  openServices,
  pageData,
  putNotebook,
  type Permission,
  type StoredNotebook,
} from './notebooks/bridge.ts';

/** The browser: small texts, storage that fails, use without a network. */
export { localTexts, tabTexts, type TextStore } from '../browser/storage/text-store.ts';
export { storageMissing } from '../browser/storage/storage-errors.ts';
export { isMetered } from '../browser/metered.ts';
export { startOffline, type Offline, type OfflineState } from '../browser/offline/offline.ts';
export { isCodeCache } from '../browser/offline/precache.ts';
