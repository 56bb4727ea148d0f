/**
 * Example messages for people who want to see the lab at work before they write anything of their own. Neither the
 * phrases nor the classifier take them for danger.
 */
export const STARTERS = [
  'I moved to a new city for work and I still don’t know anybody here.',
  'My exams are in two weeks and I can’t make myself open the books.',
  'I argued with my sister about money, and we haven’t talked since.',
] as const;
