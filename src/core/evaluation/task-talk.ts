/** What only somebody who is paid for a conversation says: how to end it, its questionnaire, its payment. */
const TASK_TALK: readonly RegExp[] = [
  /\bm-?turk\b|\bmechanical turk\b|\bworker id\b/i,
  /\b(?:take|do|fill|complete|submit|answer)\b[\w' ]{0,20}\b(?:survey|questionn?air?e?)\b/i,
  /\b(?:after|have|with|for|in|about) (?:the|this|a short) (?:survey|questionnaire)\b/i,
  /\b(?:press|click|hit|push|use)\b[\w' ,"“”]{0,20}\b(?:quit|finish|end)\b/i,
  /\b(?:quit|finish|end|submit) (?:and (?:quit|finish) )?button\b|\bfinish ?(?:and|\/|&) ?quit\b/i,
  /\b(?:quit|end|finish|close|leave)(?: (?:it|this))? (?:from|on|at) (?:your|my) (?:end|side)\b/i,
  /\b(?:you|please|pls|to|can|and) (?:quit|end|close|finish) (?:the|this) (?:chat|conversation|session|task|hit)\b/i,
  /\b(?:finish(?:ed)?|complet(?:e|ed|ing))(?:,? (?:the|this|our))? (?:task|hit)\b/i,
  /\bneither of us (?:will |gets? |would |can )?(?:get )?paid\b|\bbefore (?:we|you|i) get paid\b/i,
];

/**
 * Whether a supporter's words are about the task that crowd-workers were paid for rather than to the seeker: in
 * ESConv 178 of 18,376 utterances, in one of nine dialogues. By phrases, so it misses some and takes a few too many;
 * meant for seeing how much a result rests on them.
 */
export const isTaskTalk = (text: string): boolean => TASK_TALK.some((pattern) => pattern.test(text));
