const lines = (...records: unknown[]): string => records.map((record) => JSON.stringify(record)).join('\n');

const esconv = {
  emotion_type: 'fear',
  problem_type: 'job crisis',
  situation: 'Short of work.',
  survey_score: { seeker: { empathy: '5' }, supporter: {} },
  dialog: [
    { text: 'Hello.', speaker: 'sys', strategy: 'Question' },
    { text: 'My shop may close.', speaker: 'usr' },
  ],
};
const original = {
  problem_type: 'breakup',
  dialog: [
    { speaker: 'speaker', annotation: {}, content: 'Anyone there?\n' },
    { speaker: 'listener', annotation: { strategy: 'Others' }, content: 'Yes.\n' },
  ],
};
const extes = {
  scene: 'Moving',
  description: 'A move.',
  content: [
    { User: 'I moved.' },
    { AI: 'How is it?', 'AI Strategy': 'Clarification' },
    { User: null, AI: { AI: 'Odd.', 'AI strategy': null } },
  ],
};
const daily = { dialog: [{ content: 'Hi', act: 'inform', emotion: 'no emotion' }, { content: 'Hello' }] };
const dailyLists = { id: 7, dialog: ['Hi', 'Hello'], act: [1, 1], emotion: [0, 6] };
const empathetic = {
  conv_id: 'c',
  dialog: [
    { speaker: 1, content: 'I won' },
    { speaker: 0, content: 'Well done' },
  ],
};
const messages = {
  messages: [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
  ],
};
const shareGpt = {
  id: 9,
  conversations: [
    { from: 'human', value: 'Hi' },
    { from: 'gpt', value: 'Hello' },
  ],
};
const chatMl = { text: '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n' };
const own = {
  id: 'x',
  scene: 's',
  utterances: [
    { speaker: 'seeker', text: 'Hi' },
    { speaker: 'supporter', text: 'Hello', strategy: 'Others' },
  ],
};

/** Small datasets of our own in every supported format, by file name. */
export const DATASETS: readonly Readonly<Record<string, string>>[] = [
  { 'esconv.jsonl': lines(esconv, esconv) },
  { 'ESConv.json': JSON.stringify([original, original], null, 1) },
  { 'extes.json': JSON.stringify([extes, extes]) },
  { 'daily.jsonl': lines(daily, dailyLists) },
  {
    'dialogues_text.txt': 'Hi . __eou__ Hello . __eou__\nBye __eou__ Bye __eou__\n',
    'dialogues_act.txt': '1 2 \n1 1 \n',
    'dialogues_emotion.txt': '0 4 \n0 0 \n',
  },
  { 'empathetic.jsonl': lines(empathetic, empathetic) },
  {
    'empathetic.csv':
      'conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags\n' +
      'hit:0_conv:1,1,sad,My cat_comma_ gone,1,He ran off,5|5|5_2|2|5,\n' +
      'hit:0_conv:1,2,sad,My cat_comma_ gone,0,"Oh no, really?",5|5|5_2|2|5,\n',
  },
  { 'openai.jsonl': lines(messages, messages) },
  { 'sharegpt.json': JSON.stringify([shareGpt]) },
  { 'chatml.jsonl': lines(chatMl) },
  { 'lab.jsonl': lines(own, own) },
];
