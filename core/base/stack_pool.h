// Stacks for fibers: kFiberStackBytes each with a guard page below, mapped lazily (only touched pages count
// as memory) and reused. One pool a loop, so no lock.
#pragma once

#include <cstddef>
#include <vector>

#include <boost/context/stack_context.hpp>

namespace sluice::base {

class StackPool {
public:
    StackPool() = default;
    ~StackPool();
    StackPool(const StackPool&) = delete;
    StackPool& operator=(const StackPool&) = delete;

    boost::context::stack_context allocate();  // throws std::bad_alloc
    void deallocate(boost::context::stack_context& stack);

private:
    std::vector<boost::context::stack_context> free_;
};

}  // namespace sluice::base
