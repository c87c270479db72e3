import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { AppModule } from '../../src/app.module.js';
import { ProfileModule } from '../../src/profile/profile.module.js';

/** Every route of the sample application, such as `DELETE /cart/:productId`, as its controllers declare them. */
export function sampleRoutes(): string[] {
  return [AppModule, ProfileModule]
    .flatMap((module) => controllersOf(module))
    .flatMap((one) => routesOf(one));
}

/** Whether a request, as `DELETE /cart/7?x`, is for a route. */
export function isFor(route: string, request: string): boolean {
  const pattern = route.replace(/:\w+/g, '[^/?]+');
  return new RegExp(`^${pattern}(\\?.*)?$`).test(request);
}

function controllersOf(module: Type): Type<object>[] {
  const imports: (Type | object)[] = Reflect.getMetadata(MODULE_METADATA.IMPORTS, module) ?? [];
  const own: Type<object>[] = Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, module) ?? [];
  // What is configured, such as SessionAnalyticsModule.forRoot(), is a library's and has no routes.
  const classes = imports.filter((one): one is Type => typeof one === 'function');
  return [...own, ...classes.flatMap((one) => controllersOf(one))];
}

function routesOf(controller: Type<object>): string[] {
  const base = String(Reflect.getMetadata(PATH_METADATA, controller));
  return Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(({ value }) => {
    if (typeof value !== 'function') return [];
    const method: RequestMethod | undefined = Reflect.getMetadata(METHOD_METADATA, value);
    if (method === undefined) return [];
    const path = [base, String(Reflect.getMetadata(PATH_METADATA, value))]
      .flatMap((part) => part.split('/'))
      .filter((part) => part !== '')
      .join('/');
    return [`${RequestMethod[method]} /${path}`];
  });
}
