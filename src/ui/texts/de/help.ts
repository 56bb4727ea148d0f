import type { Catalogue } from '../catalogue.ts';

export const help: Catalogue['help'] = {
  firstReplies: {
    suicide: {
      heard: () =>
        'Danke, dass du das sagst. Es klingt, als würdest du gerade sehr leiden. Du musst damit nicht allein sein.',
      asks: 'Denkst du daran, dir das Leben zu nehmen? Bist du gerade in Sicherheit?',
      todo: (call) =>
        `Wenn du glaubst, dass du es tun könntest, ruf bitte die ${call} an oder geh zu jemandem in deiner Nähe. ` +
        'Bring Abstand zwischen dich und alles, womit du dich verletzen könntest.',
    },
    'self-harm': {
      heard: () => 'Danke, dass du das sagst. Es klingt, als wäre etwas kaum noch auszuhalten.',
      asks: 'Bist du gerade verletzt? Spürst du den Drang jetzt?',
      todo: (call) =>
        `Wenn du ärztliche Hilfe brauchst, ruf bitte die ${call} an. Wenn der Drang da ist, leg das, was du benutzen ` +
        'würdest, außer Reichweite und bleib bei jemandem, bis der Drang nachlässt.',
    },
    overdose: {
      heard: (call) =>
        `Wenn du etwas genommen hast, ruf bitte sofort die ${call} an, auch wenn du dich gut fühlst. Je früher Hilfe ` +
        'kommt, desto besser wirkt sie.',
      asks: 'Was hast du genommen, wie viel und wann?',
      todo: () =>
        'Sag das am Telefon und bleib nicht allein. Wenn du noch nichts genommen hast, geh bitte weg von dem, was du ' +
        'nehmen wolltest.',
    },
    abuse: {
      heard: () => 'Das sollte dir nicht passieren, und es ist nicht deine Schuld.',
      asks: 'Bist du gerade in Sicherheit? Kann die Person, die dir wehtut, zu dir kommen?',
      todo: (call) =>
        `Wenn du in Gefahr bist, ruf bitte die ${call} an, sobald du es gefahrlos kannst, oder geh zu jemandem, dem ` +
        'du vertraust.',
    },
    'harm-to-others': {
      heard: () => 'Das klingt beängstigend, und es ist gut, dass du es gesagt hast.',
      asks: 'Ist die Person gerade in deiner Nähe? Könnte jemandem etwas passieren?',
      todo: (call) =>
        `Wenn ja, geh bitte auf Abstand und ruf die ${call} an. Du kannst genau das sagen, was du hier geschrieben ` +
        'hast.',
    },
    unknown: {
      heard: () => 'Danke, dass du das sagst. Das klingt sehr schwer, und du musst damit nicht allein sein.',
      asks: 'Bist du gerade in Sicherheit? Denkst du daran, dir etwas anzutun, oder tut dir jemand etwas an?',
      todo: (call) => `Wenn du in Gefahr bist, ruf bitte die ${call} an oder geh zu jemandem in deiner Nähe.`,
    },
  },
  // Follows "die" in every sentence.
  emergencyNumber: 'Notrufnummer deines Landes',
  listener: (name, contact) => `Menschen, die zuhören: ${name}, ${contact}.`,
  listeners: 'Menschen, die in deinem Land zuhören: findahelpline.com.',
  keepWriting: 'Du kannst auch hier weiterschreiben.',
  byPeople: 'Von Menschen im Voraus geschrieben.',

  banner: 'Wo du Menschen findest, die helfen können',
  hideLines: 'Diese Nummern ausblenden',
  hide: 'Ausblenden',
  danger: 'Menschen, die du jetzt erreichen kannst',
  concern: 'Wenn es um dich geht oder um jemanden, der dir nahesteht',
  concernBody:
    'Geschulte Menschen hören dir zu, zu jeder Uhrzeit, kostenlos oder für wenig Geld. Du brauchst keinen besonderen ' +
    'Grund, um anzurufen. Ein Programm kann sie nicht ersetzen. Wenn gerade jemand in Gefahr ist, ruf eine ' +
    'Notrufnummer an.',

  noAnswer: 'Wenn du niemanden erreichst, versuch es bei der nächsten Nummer oder auf findahelpline.com.',
  noLines:
    'Für den Ort, an dem du bist, haben wir keine Nummern. Auf findahelpline.com findest du in vielen Ländern ' +
    'Menschen, die du anrufen oder denen du schreiben kannst.',
  sources:
    'Bei jeder Nummer steht die Seite des Dienstes selbst. Wenn sich beide unterscheiden, gilt die Seite. Ein Datum ' +
    'sagt, wann zuletzt ein Mensch beide verglichen hat. Nummern ohne Datum wurden im November 2026 eingetragen und ' +
    'noch nicht verglichen.',
  numbersFor: (country) => `Nummern für ${country}. Andere Länder`,
  linesByCountry: 'Nummern nach Land',
  europe: 'Europa',
  emergencyServices: 'Notruf',
  callOrText: (number) => `Anruf oder SMS: ${number}`,
  orText: (number) => `telefonisch oder per SMS unter ${number}`,

  needPerson: 'Möchtest du mit einem Menschen reden?',
  needPersonBody:
    'Du kannst Menschen anrufen oder ihnen schreiben, die dir zuhören, egal, worum es geht. Wenn gerade jemand in ' +
    'Gefahr ist, ruf eine Notrufnummer an.',

  listed: 'Unter deiner Nachricht stehen Menschen, die helfen können.',
};
