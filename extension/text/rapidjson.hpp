#pragma once

#ifdef POSTGRES_H
#error "pure header: include it before postgres.h"
#endif

// The only place that includes RapidJSON. Everyone else says pg_booking::json::…

#include <cstdlib>
#include <new>
#include <stdexcept>

#if defined(RAPIDJSON_RAPIDJSON_H_) || defined(RAPIDJSON_NAMESPACE)
#error "include text/rapidjson.hpp instead of RapidJSON's own headers"
#endif

// Our own namespace: the server loads extensions with RTLD_GLOBAL, so another extension's copy must not mix
// with ours.
#define RAPIDJSON_NAMESPACE pg_booking_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace pg_booking_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#define RAPIDJSON_HAS_STDSTRING 1
// The default, assert(), would abort the backend and with it every connection of the server.
#define RAPIDJSON_ASSERT(x) \
  ((x) ? static_cast<void>(0) : throw std::logic_error("JSON value used as what it is not: " #x))

// RapidJSON 1.1 adds to the null pointer of a stack that has no memory yet: harmless, but clang's sanitizer
// stops at it.
#include <rapidjson/allocators.h>
#include <rapidjson/internal/swap.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#include <rapidjson/internal/stack.h>
#ifdef __clang__
#pragma clang attribute pop
#endif

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace pg_booking::json {

using namespace pg_booking_rapidjson;

/// RapidJSON's CrtAllocator, but out of memory is std::bad_alloc instead of a write through a null pointer.
class HeapAllocator {
 public:
  static const bool kNeedFree = true;

  void* Malloc(size_t size) { return size == 0 ? nullptr : checked(std::malloc(size)); }
  void* Realloc(void* block, size_t /*old_size*/, size_t new_size) {
    if (new_size == 0) {
      std::free(block);
      return nullptr;
    }
    return checked(std::realloc(block, new_size));
  }
  static void Free(void* block) { std::free(block); }

 private:
  static void* checked(void* block) {
    if (block == nullptr) throw std::bad_alloc();
    return block;
  }
};

// These hide the types of the same name that allocate through CrtAllocator.
using Allocator = MemoryPoolAllocator<HeapAllocator>;
using Value = GenericValue<UTF8<>, Allocator>;
using Document = GenericDocument<UTF8<>, Allocator, HeapAllocator>;
using Reader = GenericReader<UTF8<>, UTF8<>, HeapAllocator>;
using StringBuffer = GenericStringBuffer<UTF8<>, HeapAllocator>;
template <typename Output>
using Writer = pg_booking_rapidjson::Writer<Output, UTF8<>, UTF8<>, HeapAllocator>;

}  // namespace pg_booking::json
