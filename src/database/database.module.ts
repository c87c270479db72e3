import { type DynamicModule, Module } from '@nestjs/common';
import { type Database, DATABASE } from './database.js';

/** Gives the whole application the database that `main.ts` opened, and that it closes. */
@Module({})
export class DatabaseModule {
  static with(database: Database): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DATABASE, useValue: database }],
      exports: [DATABASE],
    };
  }
}
