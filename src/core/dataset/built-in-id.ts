/** The dataset that comes with the lab: its id, and its file below `dialogues/`. */
export const BUILT_IN_ID = 'solace-72';
