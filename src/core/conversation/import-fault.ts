/** What is wrong with a conversation that cannot be imported. */
export type ImportFault =
  | { kind: 'too-long'; messages: number; most: number }
  /** `says` is what the schema says of the field. */
  | { kind: 'field'; field: string; says: string }
  /** `id` is that of the message at fault. */
  | { kind: 'twice' | 'no-leaf' | 'circle' | 'no-parent'; id: string };

/** A fault as an English sentence. */
export function importFaultText(fault: ImportFault): string {
  switch (fault.kind) {
    case 'too-long':
      return `It has ${fault.messages} messages; at most ${fault.most} are read.`;
    case 'field':
      return `${fault.says}.`;
    case 'twice':
      return `Two messages have the id "${fault.id}".`;
    case 'no-leaf':
      return `Its last message "${fault.id}" is missing.`;
    case 'circle':
      return `Message "${fault.id}" follows itself in a circle.`;
    case 'no-parent':
      return `A message follows "${fault.id}", which is missing.`;
  }
}
