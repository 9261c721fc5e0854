// Loaded before each spec. @nestjs/throttler is CommonJS and requires these ES modules, which jest can only do
// once they are evaluated, not while they are part of the graph that is being loaded.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
