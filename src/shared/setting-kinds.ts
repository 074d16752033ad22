import { z } from 'zod';

/**
 * What kind of value a setting takes: from this come its check, the words of its error, the comment
 * in config.yaml, how text from the environment is read and which control the settings view shows.
 */
export type SettingControl =
  | { kind: 'choice'; values: readonly string[]; nullable: boolean }
  | { kind: 'number'; whole: boolean; min: number; nullable: boolean }
  | { kind: 'flag'; nullable: boolean }
  | { kind: 'text'; nullable: boolean }
  | { kind: 'url'; nullable: boolean }
  | { kind: 'table'; nullable: boolean };

export interface SettingKind<Schema extends z.ZodType> {
  schema: Schema;
  control: SettingControl;
}

export function choice<const Values extends readonly [string, ...string[]]>(...values: Values) {
  return choiceOf(z.enum(values));
}

export function choiceOf<Schema extends z.ZodEnum>(schema: Schema): SettingKind<Schema> {
  return {
    schema,
    control: { kind: 'choice', values: schema.options.map(String), nullable: false },
  };
}

/** A whole number of at least `min`. */
export function whole(min: number): SettingKind<z.ZodNumber> {
  return {
    schema: z.number().int().min(min),
    control: { kind: 'number', whole: true, min, nullable: false },
  };
}

/** A number of at least `min`, fractions allowed. */
export function amount(min: number): SettingKind<z.ZodNumber> {
  return {
    schema: z.number().min(min),
    control: { kind: 'number', whole: false, min, nullable: false },
  };
}

export const flag: SettingKind<z.ZodBoolean> = {
  schema: z.boolean(),
  control: { kind: 'flag', nullable: false },
};

/** Text that is not empty. */
export const text: SettingKind<z.ZodString> = {
  schema: z.string().trim().min(1),
  control: { kind: 'text', nullable: false },
};

/** An address that begins with http:// or https://. */
export const url: SettingKind<z.ZodURL> = {
  schema: z.url({ protocol: /^https?$/ }),
  control: { kind: 'url', nullable: false },
};

/** Keys and values of any kind; whoever uses them checks them. */
export const table: SettingKind<z.ZodRecord<z.ZodString, z.ZodUnknown>> = {
  schema: z.record(z.string(), z.unknown()),
  control: { kind: 'table', nullable: false },
};

export function orNull<Schema extends z.ZodType>(
  kind: SettingKind<Schema>,
): SettingKind<z.ZodNullable<Schema>> {
  return { schema: kind.schema.nullable(), control: { ...kind.control, nullable: true } };
}

/** What `setting` has said about each schema. */
export const settingNotes = z.registry<{ description: string; control: SettingControl }>();

/** One setting: what it takes, what it is where nobody says, and what it does in one line. */
export function setting<Schema extends z.ZodType>(
  kind: SettingKind<Schema>,
  defaultValue: z.util.NoUndefined<z.output<Schema>>,
  description: string,
): z.ZodDefault<Schema> {
  const schema = z._default(kind.schema, defaultValue);
  const anySchema: z.ZodType = schema;
  settingNotes.add(anySchema, { description, control: kind.control });
  return schema;
}

/** What may stand there, to follow "must be". */
export function allowedWords(control: SettingControl): string {
  const words = plainWords(control);
  return control.nullable ? `${words}, or null` : words;
}

function plainWords(control: SettingControl): string {
  switch (control.kind) {
    case 'choice':
      return `one of ${control.values.join(', ')}`;
    case 'number':
      return `${control.whole ? 'a whole number' : 'a number'} of at least ${control.min}`;
    case 'flag':
      return 'true or false';
    case 'text':
      return 'text that is not empty';
    case 'url':
      return 'an address that begins with https:// or http://';
    case 'table':
      return 'a group of keys and values';
  }
}
