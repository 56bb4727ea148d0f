import { describe, expect, it } from 'vitest';
import { isTaskTalk } from './task-talk.ts';

describe('isTaskTalk', () => {
  it.each([
    'You need to press quit and take the survey, I cannot do it from my end.',
    'Please close the chat now.',
    'There is a "Finish and Quit" button.',
    'If not, neither of us will get paid!',
    'We have not finished the task yet.',
    'I work on MTurk as well.',
  ])('notices: %s', (text) => expect(isTaskTalk(text)).toBe(true));

  it.each([
    'Have you thought about how to quit smoking?',
    'Do you want to end the relationship, or this job?',
    'It hit you hard, and you still finished your thesis.',
    'How did the survey of your flat go?',
    'Thank you for the talk. Bye!',
  ])('leaves alone: %s', (text) => expect(isTaskTalk(text)).toBe(false));
});
