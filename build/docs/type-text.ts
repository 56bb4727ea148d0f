import { z } from 'zod';

/** The part of JSON Schema that is used here, as zod writes it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  items?: Schema | false;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
}

/** The JSON form of a schema, in which named types are references. */
export interface TypeTexts {
  /** A schema as TypeScript. */
  typeOf(schema: z.ZodType): string;
  /** The fields of an object: type, default and limits. */
  fieldsOf(schema: z.ZodType): { name: string; optional: boolean; type: string; note: string }[];
}

/** Writes zod schemas as TypeScript; `named` are the named types. */
export function typeTexts(named: Readonly<Record<string, z.ZodType>>): TypeTexts {
  const metadata = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) metadata.add(schema, { id });
  // What JSON cannot represent, such as File, has a name.
  const json = (schema: z.ZodType): Schema =>
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata }) as Schema;
  return {
    typeOf: (schema) => textOf(json(schema)),
    fieldsOf(schema) {
      const { $ref, ...whole } = json(schema) as Schema & { $defs?: Record<string, Schema> };
      const object = $ref === undefined ? whole : (whole.$defs?.[$ref.replace('#/$defs/', '')] ?? {});
      return Object.entries(object.properties ?? {}).map(([name, field]) => ({
        name,
        optional: !(object.required ?? []).includes(name),
        type: textOf(field),
        note: noteOf(field),
      }));
    },
  };
}

function textOf(schema: Schema): string {
  const { $ref, type, enum: values, items, properties, oneOf, anyOf } = schema;
  if ($ref !== undefined) return $ref.replace('#/$defs/', '');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  const choices = oneOf ?? anyOf;
  if (choices) return choices.map(textOf).join(' | ');
  if (type === 'array') {
    const element = textOf(items || {});
    return /[|&]/.test(element) && !element.startsWith('{') ? `(${element})[]` : `${element}[]`;
  }
  if (properties) {
    const fields = Object.entries(properties).map(
      ([name, field]) => `${name}${schema.required?.includes(name) ? '' : '?'}: ${textOf(field)}`,
    );
    return `{${fields.join(', ')}}`;
  }
  if (type === 'integer') return 'number';
  return [type ?? 'unknown'].flat().join(' | ');
}

/** Default and limits in words. */
function noteOf({ default: preset, minimum, maximum, type }: Schema): string {
  const limits =
    minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
      ? `${minimum} to ${maximum}`
      : '';
  return [type === 'integer' ? 'whole' : '', limits, preset === undefined ? '' : `default ${JSON.stringify(preset)}`]
    .filter(Boolean)
    .join(', ');
}
