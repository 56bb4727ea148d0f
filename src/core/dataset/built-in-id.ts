/** The dataset that comes with the lab: its id, and the name of its file in `dialogues/`. */
export const BUILT_IN_ID = 'solace-72';
