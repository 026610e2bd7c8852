#include <catch2/catch.hpp>

#include "fake_store.h"
