import type { Catalogue } from '../catalogue.ts';

export const about: Catalogue['about'] = {
  what: 'Qué es esto',
  builtAround: 'Un laboratorio de modelos de chat pequeños pensados para dar apoyo emocional, en torno al artículo',
  builtAroundWhich: '(envío anónimo a la ACL, 2024).',
  whatRuns:
    'En esta página funciona un modelo de verdad, en tu dispositivo. Puedes hablar con él, ver qué lee y comprobar ' +
    'cómo cambian sus respuestas cuando se comprime su contexto:',
  whatNot: 'Qué no es',
  notTherapy:
    'No es una terapia, ni un producto sanitario, ni un servicio de crisis. El modelo es pequeño: se repite, olvida, ' +
    'se inventa cosas y puede no darse cuenta de lo grave que es algo. Nadie lee lo que escribes y nadie puede ' +
    'intervenir. Si tú o alguien cercano está en peligro, llama al número de emergencias de tu país o a uno de estos ' +
    'números;',
  listsMore: 'ofrece más.',
  lines: 'Números por país',
  leaves: 'Qué sale de este dispositivo',
  nothing:
    'Nada. La página, el modelo y tus conversaciones se quedan en este navegador; no hay cuentas, ni rastreo, ni ' +
    'registros. Hay dos excepciones, y las dos las decides tú en la página «Modelos»: un',
  endpoint: 'servidor',
  endpointReceives: ' que añadas recibe las conversaciones que mantengas con él, y el sitio de una',
  modelAddress: 'dirección de modelo',
  hostSees: ' que introduzcas ve la descarga.',
  key: 'La clave de un servidor se queda en la memoria hasta que cierres la pestaña, salvo que pidas guardarla.',

  stored: 'Guardado en este navegador',
  takes: 'El laboratorio, sus modelos y tus conversaciones ocupan',
  allows: 'El navegador permite',
  unknown: 'Este navegador no dice cuánto ocupa.',
  exportAll: 'Exportar todas las conversaciones',
  dropHere: 'Suelta aquí un archivo exportado para importar sus conversaciones.',
  erase: 'Borrar todo',
  eraseHead: '¿Borrar todo?',
  eraseBody:
    'Se borran de este navegador las conversaciones, las comparaciones, los cuadernos, los ajustes, las claves y los ' +
    'modelos guardados. No hay ninguna otra copia, así que no se puede deshacer. Exporta antes tus conversaciones si ' +
    'crees que vas a necesitarlas.',

  thisLab: 'Este laboratorio',
  version: 'Versión',
  offline: 'Uso sin conexión',
  offlinePhases: {
    unavailable: 'no disponible en este navegador o esta ventana',
    preparing: 'en preparación',
    ready: 'listo',
    incomplete: 'incompleto; continuará en tu próxima visita',
  },
  threads: 'Hilos de Wasm',
  yes: 'sí',
  no: 'no',
  threadsUnsupported: 'no: este navegador no los admite',
  threadsNotIsolated: 'no: la página no está aislada',
  softwareOnly: (description) => `solo por software (${description})`,
  update: 'Actualizar a la nueva versión',
  licence:
    'El código tiene licencia MIT. README.md y docs/, en el código fuente, explican (en inglés) cómo está hecho y ' +
    'cómo usar un modelo propio. Los componentes de terceros figuran en los',
  notices: 'avisos de terceros',
  licenceEnd: '.',
};
