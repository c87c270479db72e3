/** Gives back what it is given, so that a class that extends it adds its private fields to that. */
class Given {
  constructor(object: object) {
    return object;
  }
}

/** Something that this library knows of objects which are not its own. */
export interface HiddenField<T> {
  /** `undefined` for what has none: a copy or a proxy of an object that has one, what is no object. */
  of(object: unknown): T | undefined;
  put(object: object, value: T): void;
}

/**
 * A field on other people's objects that nobody else can see, copy or take away. What a WeakMap would do, but without a table of all
 * objects that each garbage collection has to go through: with one session a request, that is noticed.
 */
export function hiddenField<T>(): HiddenField<T> {
  class Field extends Given {
    #value: T;

    constructor(object: object, value: T) {
      super(object);
      this.#value = value;
    }

    static of(object: unknown): T | undefined {
      return typeof object === 'object' && object !== null && #value in object ? object.#value : undefined;
    }

    static put(object: object, value: T): void {
      if (#value in object) object.#value = value;
      else Reflect.construct(Field, [object, value]);
    }
  }
  return Field;
}
