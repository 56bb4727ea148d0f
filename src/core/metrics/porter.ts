/**
 * The Porter stemmer in NLTK's default mode, which adds rules to Martin Porter's own (short irregular words, `-ied`,
 * `-ies` of four letters, `-alli` first, `-fulli`, `-logi`, y after a consonant only).
 *
 * Reference: Porter (1980), "An algorithm for suffix stripping"; NLTK 3.10.4 `PorterStemmer(mode=NLTK_EXTENSIONS)`.
 */
export function porterStem(word: string): string {
  if (SURROGATE.test(word)) return stemAstral(word);
  const lower = word.toLowerCase();
  const irregular = IRREGULAR.get(lower);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return lower;
  const plain = step2(step1c(step1b(step1a(lower))));
  return step5b(step5a(applyRules(step4Rules, applyRules(step3Rules, plain))));
}

/** Python counts a character outside the basic plane as one: replaces each with a one-unit placeholder meanwhile. */
function stemAstral(word: string): string {
  const originals: string[] = [];
  const standIns = Array.from(word, (character) => {
    if (character.length === 1) return character;
    const known = originals.indexOf(character);
    const index = known >= 0 ? known : originals.push(character) - 1;
    return String.fromCharCode(PRIVATE_USE + (index % PRIVATE_USE_SIZE));
  });
  return Array.from(porterStem(standIns.join('')), (character) => {
    const index = character.charCodeAt(0) - PRIVATE_USE;
    return (index >= 0 && index < PRIVATE_USE_SIZE && originals[index]?.toLowerCase()) || character;
  }).join('');
}

const SURROGATE = /[\ud800-\udbff][\udc00-\udfff]/;
const PRIVATE_USE = 0xe000;
const PRIVATE_USE_SIZE = 6400;

const IRREGULAR = new Map([
  ['sky', 'sky'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['news', 'news'],
  ['innings', 'inning'],
  ['inning', 'inning'],
  ['outings', 'outing'],
  ['outing', 'outing'],
  ['cannings', 'canning'],
  ['canning', 'canning'],
  ['howe', 'howe'],
  ['proceed', 'proceed'],
  ['exceed', 'exceed'],
  ['succeed', 'succeed'],
]);

const VOWELS = 'aeiou';

/** For each letter, whether it is a consonant: y is one at the start and after a vowel. */
function consonants(word: string): boolean[] {
  const flags: boolean[] = [];
  for (let i = 0; i < word.length; i++) {
    const letter = word.charAt(i);
    flags.push(letter === 'y' ? i === 0 || !flags[i - 1] : !VOWELS.includes(letter));
  }
  return flags;
}

/** Porter's m: how often a vowel is followed by a consonant. */
function measure(stem: string): number {
  let m = 0;
  let afterVowel = false;
  for (const consonant of consonants(stem)) {
    if (consonant && afterVowel) m++;
    afterVowel = !consonant;
  }
  return m;
}

function endsDoubleConsonant(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && consonants(word).at(-1) === true;
}

/** Porter's *o, and NLTK's addition: a whole word of a vowel and a consonant. */
function endsShortSyllable(word: string): boolean {
  const flags = consonants(word);
  const n = word.length;
  if (n === 2) return !flags[0] && flags[1] === true;
  return (
    n >= 3 && flags[n - 3] === true && !flags[n - 2] && flags[n - 1] === true && !'wxy'.includes(word.charAt(n - 1))
  );
}

/** A suffix, its replacement, and a condition on the stem before it. */
type Rule = readonly [suffix: string, replacement: string, condition?: (stem: string, word: string) => boolean];
type Rules = readonly Rule[];

const positive = (stem: string) => measure(stem) > 0;
const aboveOne = (stem: string) => measure(stem) > 1;

/** The first rule whose suffix matches decides, whether or not its condition holds. */
function applyRules(rules: Rules, word: string): string {
  for (const [suffix, replacement, condition] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return !condition || condition(stem, word) ? stem + replacement : word;
  }
  return word;
}

const step1aRules: Rules = [
  ['sses', 'ss'],
  ['ies', 'i'],
  ['ss', 'ss'],
  ['s', ''],
];

function step1a(word: string): string {
  if (word.length === 4 && word.endsWith('ies')) return word.slice(0, 1) + 'ie';
  return applyRules(step1aRules, word);
}

function step1b(word: string): string {
  if (word.endsWith('ied')) return word.slice(0, -3) + (word.length === 4 ? 'ie' : 'i');
  if (word.endsWith('eed')) return positive(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find(
    (ending) => word.endsWith(ending) && consonants(word.slice(0, -ending.length)).includes(false),
  );
  return suffix === undefined ? word : repairStem(word.slice(0, -suffix.length));
}

const stemRules: Rules = [
  ['at', 'ate'],
  ['bl', 'ble'],
  ['iz', 'ize'],
];

/** The steps after removing -ed or -ing: conflat(ed) to conflate, hopp(ing) to hop, fil(ing) to file. */
function repairStem(stem: string): string {
  const last = stem.slice(-1);
  const repaired = applyRules(stemRules, stem);
  if (repaired !== stem) return repaired;
  if (endsDoubleConsonant(stem)) return 'lsz'.includes(last) ? stem : stem.slice(0, -1);
  // NLTK's marker for the rule above is the string "*d", which it also treats as a suffix.
  if (stem.endsWith('*d')) return stem.slice(0, -2) + last;
  return measure(stem) === 1 && endsShortSyllable(stem) ? stem + 'e' : stem;
}

function step1c(word: string): string {
  const stem = word.slice(0, -1);
  return word.endsWith('y') && stem.length > 1 && consonants(stem).at(-1) ? stem + 'i' : word;
}

const step2Rules: Rules = [
  ['ational', 'ate', positive],
  ['tional', 'tion', positive],
  ['enci', 'ence', positive],
  ['anci', 'ance', positive],
  ['izer', 'ize', positive],
  ['bli', 'ble', positive],
  ['alli', 'al', positive],
  ['entli', 'ent', positive],
  ['eli', 'e', positive],
  ['ousli', 'ous', positive],
  ['ization', 'ize', positive],
  ['ation', 'ate', positive],
  ['ator', 'ate', positive],
  ['alism', 'al', positive],
  ['iveness', 'ive', positive],
  ['fulness', 'ful', positive],
  ['ousness', 'ous', positive],
  ['aliti', 'al', positive],
  ['iviti', 'ive', positive],
  ['biliti', 'ble', positive],
  ['fulli', 'ful', positive],
  // The l stays with the stem, so that "geo" is long enough.
  ['logi', 'log', (_stem, word) => positive(word.slice(0, -3))],
];

function step2(word: string): string {
  if (word.endsWith('alli') && positive(word.slice(0, -4))) return step2(word.slice(0, -2));
  return applyRules(step2Rules, word);
}

const step3Rules: Rules = [
  ['icate', 'ic', positive],
  ['ative', '', positive],
  ['alize', 'al', positive],
  ['iciti', 'ic', positive],
  ['ical', 'ic', positive],
  ['ful', '', positive],
  ['ness', '', positive],
];

const step4Rules: Rules = [
  ['al', '', aboveOne],
  ['ance', '', aboveOne],
  ['ence', '', aboveOne],
  ['er', '', aboveOne],
  ['ic', '', aboveOne],
  ['able', '', aboveOne],
  ['ible', '', aboveOne],
  ['ant', '', aboveOne],
  ['ement', '', aboveOne],
  ['ment', '', aboveOne],
  ['ent', '', aboveOne],
  ['ion', '', (stem) => aboveOne(stem) && /[st]$/.test(stem)],
  ['ou', '', aboveOne],
  ['ism', '', aboveOne],
  ['ate', '', aboveOne],
  ['iti', '', aboveOne],
  ['ous', '', aboveOne],
  ['ive', '', aboveOne],
  ['ize', '', aboveOne],
];

function step5a(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem);
  return m > 1 || (m === 1 && !endsShortSyllable(stem)) ? stem : word;
}

function step5b(word: string): string {
  return word.endsWith('ll') && aboveOne(word.slice(0, -1)) ? word.slice(0, -1) : word;
}
