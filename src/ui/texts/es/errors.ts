import type { Catalogue } from '../catalogue.ts';

export const errors: Catalogue['errors'] = {
  'bad-file': 'Un archivo está dañado o no se puede leer aquí.',
  'bad-config': 'Estos ajustes no son compatibles entre sí o con el modelo.',
  'bad-data': 'Parte de los datos no se ha podido leer.',
  'missing-file': 'Falta un archivo.',
  'not-found': 'Eso no está aquí, o ya no está.',
  busy: 'Otra pestaña lo está usando. Ciérrala o inténtalo de nuevo dentro de un momento.',
  io: 'No se ha podido leer o escribir en el almacenamiento del navegador. Recarga la página.',
  unsupported: 'No ha funcionado, o este navegador no puede hacerlo.',
  'hash-mismatch': 'Un archivo ha llegado incompleto o cambiado. Inténtalo de nuevo.',
  'out-of-memory': 'No hay memoria suficiente. Cierra otras pestañas o elige un modelo más pequeño.',
  quota: 'El espacio que permite el navegador está lleno. Borra algo que ya no necesites.',
  'device-lost': 'La tarjeta gráfica ha dejado de responder. Inténtalo de nuevo.',
  'wrong-numbers': 'Este dispositivo calcula mal con el modelo. Elige otro dispositivo en «Modelos».',
  'worker-lost': 'Una parte de la página se ha interrumpido. Inténtalo de nuevo o recarga la página.',
  endpoint: 'El servidor del modelo elegido ha respondido con un error.',
  'no-reply': 'El modelo no ha dado una respuesta útil. Inténtalo de nuevo.',
  network: 'Se ha cortado la conexión. Compruébala e inténtalo de nuevo.',
  refused: 'No se ha permitido.',
  cancelled: 'Cancelado.',
};
