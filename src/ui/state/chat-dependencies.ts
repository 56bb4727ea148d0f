import type { Conversation, Message, ReplyOrigin } from '../../core/conversation/conversation.ts';
import type { LoadedInfo, LoadedModel } from '../../core/engine/engine.ts';
import type { CrisisSignal } from '../../core/safety/kinds.ts';
import type { LibraryEvent, ReplyStep, ReplyTask, WrittenReply } from '../../lab/index.ts';

/** What the chat depends on: the page's own services, or fakes in a test. */
export interface ChatDependencies {
  conversations: {
    subscribe(listener: (event: LibraryEvent) => void): () => void;
    get(id: string): Promise<Conversation | undefined>;
    save(conversation: Conversation): Promise<void>;
    keepMessage(conversation: string, message: Message): void;
  };
  models: {
    readonly phase: string;
    /** Lends the model to `work`, after loading it if necessary. */
    use<Result>(signal: AbortSignal, work: (model: LoadedModel) => Promise<Result>): Promise<Result>;
  };
  /** How the next reply will be generated. */
  nextOrigin(info: LoadedInfo): ReplyOrigin;
  writeReply(model: LoadedModel, request: ReplyTask, signal: AbortSignal): AsyncIterable<ReplyStep>;
  /** Writes the rest of a reply that ended early. */
  resumeReply(model: LoadedModel, request: WrittenReply, signal: AbortSignal): AsyncIterable<ReplyStep>;
  /** The address of the chat: shows a conversation, or forgets it. `missing`: it names one that is not here. */
  address: { show(id: string): void; forget(): void; missing(): void };
  /** The prompt that new conversations start with. */
  systemPrompt: { get(): string; set(text: string): void };
  drafts: { read(id: string | null): string; write(id: string | null, text: string): void };
  /** The phrases of danger in other languages than English; see `OtherLanguages`. */
  languages: { ready(): Promise<void> };
  /** The classifier's signal for a message. May reject, and waits until its encoder is downloaded. */
  classifyDanger: (text: string) => Promise<CrisisSignal | undefined>;
  /** The first reply to a person in danger. */
  firstReply: (signal: CrisisSignal) => string;
}
