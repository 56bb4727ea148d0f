import { countingIn } from '../counting.ts';
import type { ImportTerms } from '../terms.ts';

const count = countingIn('es');

export const imports: ImportTerms = {
  place: (file, number, title) => `${file}, conversación ${number}${title && ` («${title}»)`}`,
  'too-long': (messages, most) => `Tiene ${messages} mensajes; no se leen más de ${most}.`,
  field: (name) => (name ? `El campo «${name}» falta o tiene un valor incorrecto.` : 'No es una conversación.'),
  twice: (id) => `Dos mensajes tienen el identificador «${id}».`,
  'no-leaf': (id) => `Falta su último mensaje, «${id}».`,
  circle: (id) => `El mensaje «${id}» se sigue a sí mismo en círculo.`,
  'no-parent': (id) => `Un mensaje sigue a «${id}», que falta.`,
  more: (n) => `${count(n, 'conversación más se ha omitido', 'conversaciones más se han omitido')}.`,
  correct: 'Las conversaciones válidas se han importado. Corrige el archivo para obtener el resto.',
  noExport: 'No es una exportación completa de conversaciones.',
  chooseExport: 'Elige un archivo que haya escrito «Exportar».',
  version: (version) => `El archivo tiene la versión ${version}, que este laboratorio no puede leer.`,
  update: 'Carga la versión más reciente del laboratorio.',
};
