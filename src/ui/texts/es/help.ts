import type { Catalogue } from '../catalogue.ts';

export const help: Catalogue['help'] = {
  firstReplies: {
    suicide: {
      heard: () => 'Gracias por decirlo. Parece que estás sufriendo mucho, y no tienes por qué pasar por esto a solas.',
      asks: '¿Estás pensando en quitarte la vida? ¿Estás a salvo en este momento?',
      todo: (call) =>
        `Si crees que podrías hacerlo, por favor, llama al ${call} o ve con alguien que esté cerca, y aléjate de ` +
        'todo lo que puedas usar para hacerte daño.',
    },
    'self-harm': {
      heard: () => 'Gracias por decirlo. Parece que algo se ha vuelto demasiado difícil de soportar.',
      asks: '¿Te has hecho daño? ¿Sientes el impulso en este momento?',
      todo: (call) =>
        `Si necesitas atención médica, por favor, llama al ${call}. Si sientes el impulso, pon fuera de tu alcance ` +
        'lo que usarías y quédate cerca de alguien hasta que pase.',
    },
    overdose: {
      heard: (call) =>
        `Si has tomado algo, por favor, llama ahora mismo al ${call}, aunque te sientas bien. Cuanto antes ` +
        'llegue la ayuda, mejor.',
      asks: '¿Qué has tomado, cuánto y cuándo?',
      todo: () =>
        'Díselo a quien te atienda y no te quedes a solas. Si todavía no has tomado nada, por favor, aléjate de lo ' +
        'que pensabas tomar.',
    },
    abuse: {
      heard: () => 'Esto no debería pasarte, y no es culpa tuya.',
      asks: '¿Estás a salvo en este momento? ¿Puede llegar hasta ti la persona que te hace daño?',
      todo: (call) =>
        `Si estás en peligro, por favor, llama al ${call} en cuanto puedas hacerlo sin riesgo, o ve con alguien de ` +
        'confianza.',
    },
    'harm-to-others': {
      heard: () => 'Eso debe de dar miedo, y has hecho bien en decirlo.',
      asks: '¿Tienes cerca a esa persona ahora? ¿Podría alguien resultar herido?',
      todo: (call) =>
        `Si es así, por favor, aléjate y llama al ${call}. Puedes decir exactamente lo que has escrito aquí.`,
    },
    unknown: {
      heard: () => 'Gracias por decirlo. Parece algo muy duro, y no tienes por qué pasar por esto a solas.',
      asks: '¿Estás a salvo en este momento? ¿Estás pensando en hacerte daño, o alguien te está haciendo daño?',
      todo: (call) => `Si estás en peligro, por favor, llama al ${call} o ve con alguien que esté cerca.`,
    },
  },
  // Follows "al" in every sentence.
  emergencyNumber: 'número de emergencias de tu país',
  listener: (name, contact) => `Personas que escuchan: ${name}, ${contact}.`,
  listeners: 'Personas que escuchan en tu país: findahelpline.com.',
  keepWriting: 'También puedes seguir escribiendo aquí.',
  byPeople: 'Escrito de antemano por personas.',

  banner: 'Dónde encontrar personas que pueden ayudar',
  hideLines: 'Ocultar estos números',
  hide: 'Ocultar',
  danger: 'Personas con las que puedes hablar ahora',
  concern: 'Si se trata de ti o de alguien cercano',
  concernBody:
    'Hay personas preparadas para escucharte a cualquier hora, gratis o por poco dinero, y no necesitas ningún ' +
    'motivo especial para llamar. Un programa no puede sustituirlas. Si alguien está en peligro ahora, llama a ' +
    'un número de emergencias.',

  noAnswer: 'Si no contestan, prueba con el siguiente número o en findahelpline.com.',
  noLines:
    'No tenemos números para el lugar donde estás. En findahelpline.com encontrarás personas a las que llamar o ' +
    'escribir en muchos países.',
  sources:
    'Junto a cada número figura la página del propio servicio; si no coinciden, vale la página. La fecha indica ' +
    'cuándo los comparó por última vez una persona. Los números sin fecha se anotaron en noviembre de 2026 y todavía ' +
    'no se han comparado.',
  numbersFor: (country) => `Números para ${country}. Otros países`,
  linesByCountry: 'Números por país',
  europe: 'Europa',
  emergencyServices: 'Emergencias',
  callOrText: (number) => `Llamada o SMS al ${number}`,
  orText: (number) => `llamada o SMS al ${number}`,

  needPerson: '¿Quieres hablar con una persona?',
  needPersonBody:
    'Puedes llamar o escribir a personas que escuchan, sea por lo que sea. Si alguien está en peligro ahora, llama ' +
    'a un número de emergencias.',

  listed: 'Debajo de tu mensaje hay personas que pueden ayudar.',
};
