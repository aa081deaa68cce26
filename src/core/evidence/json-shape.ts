/** What a JSON value must look like. Members that are not named are let through. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'instant'
  | 'any'
  | { readonly oneOf: readonly string[] }
  | { readonly nullable: Shape }
  | { readonly list: Shape }
  | { readonly optional: Shape }
  | { readonly object: { readonly [member: string]: Shape } };

/** Packages come from strangers: nothing of one is believed to have a shape before this says so. */
export function hasShape(value: unknown, shape: Shape): boolean {
  if (shape === 'any') return true;
  if (shape === 'instant') return typeof value === 'string' && !Number.isNaN(Date.parse(value));
  if (shape === 'number') return typeof value === 'number' && Number.isSafeInteger(value);
  if (typeof shape === 'string') return typeof value === shape;
  if ('oneOf' in shape) return typeof value === 'string' && shape.oneOf.includes(value);
  if ('nullable' in shape) return value === null || hasShape(value, shape.nullable);
  if ('optional' in shape) return value === undefined || hasShape(value, shape.optional);
  if ('list' in shape) return Array.isArray(value) && value.every((element) => hasShape(element, shape.list));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(shape.object).every(([member, inner]) =>
    hasShape((value as Record<string, unknown>)[member], inner),
  );
}
