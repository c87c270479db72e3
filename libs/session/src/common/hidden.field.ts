/** Gives back what it is given, so that a class that extends it adds its private fields to that; given nothing, it is as any class. */
class Given {
  constructor(object?: object) {
    return object ?? this;
  }
}

/** Something that this library knows of objects which are not its own. */
export interface HiddenField<T> {
  /** To be extended by objects that have a place for it from their beginning, which is quicker than to add one. */
  new (): object;
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
    #value: T | undefined;

    constructor(object?: object, value?: T) {
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
