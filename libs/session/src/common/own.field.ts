/** Gives an object a field of its own with a value, also where it has or inherits one with a getter and a setter. */
export function putOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}
