/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A callback that is moved and never copied, and that lives in place when it is small.
 *
 * std::function takes memory for every callback that holds an ns-3 pointer, because such a pointer
 * is not a plain value. A frame that waits for a core would pay for that each time.
 */
#ifndef FLUE_TASK_H
#define FLUE_TASK_H

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace ns3
{

/** Something that can be called once without arguments. */
class FlueTask
{
  public:
    /** An empty task, which must not be called. */
    FlueTask() = default;

    /** @param callable is moved in */
    template <typename F, typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, FlueTask>>>
    explicit FlueTask(F&& callable)
    {
        using Stored = std::decay_t<F>;
        if constexpr (sizeof(Stored) <= ROOM && alignof(Stored) <= alignof(std::max_align_t))
        {
            new (m_room) Stored(std::forward<F>(callable));
            m_manage = &ManageInPlace<Stored>;
        }
        else
        {
            *reinterpret_cast<Stored**>(m_room) = new Stored(std::forward<F>(callable));
            m_manage = &ManageOnHeap<Stored>;
        }
    }

    FlueTask(FlueTask&& other) noexcept
    {
        Take(other);
    }

    FlueTask& operator=(FlueTask&& other) noexcept
    {
        if (this != &other)
        {
            Drop();
            Take(other);
        }
        return *this;
    }

    FlueTask(const FlueTask&) = delete;
    FlueTask& operator=(const FlueTask&) = delete;

    ~FlueTask()
    {
        Drop();
    }

    /** Calls what was given. */
    void operator()()
    {
        m_manage(CALL, this, nullptr);
    }

  private:
    static constexpr std::size_t ROOM = 64; //!< bytes that need no memory of their own

    /** What a stored callable can be told. */
    enum Operation
    {
        CALL,
        MOVE,
        DROP
    };

    /** Does @p operation to the F inside @p self; MOVE puts it into @p target. */
    template <typename F>
    static void ManageInPlace(Operation operation, FlueTask* self, FlueTask* target)
    {
        F* stored = std::launder(reinterpret_cast<F*>(self->m_room));
        switch (operation)
        {
        case CALL:
            (*stored)();
            break;
        case MOVE:
            new (target->m_room) F(std::move(*stored));
            stored->~F();
            break;
        case DROP:
            stored->~F();
            break;
        }
    }

    /** The same for an F that is too big to be inside. */
    template <typename F>
    static void ManageOnHeap(Operation operation, FlueTask* self, FlueTask* target)
    {
        F* stored = *reinterpret_cast<F**>(self->m_room);
        switch (operation)
        {
        case CALL:
            (*stored)();
            break;
        case MOVE:
            *reinterpret_cast<F**>(target->m_room) = stored;
            break;
        case DROP:
            delete stored;
            break;
        }
    }

    void Take(FlueTask& other)
    {
        m_manage = other.m_manage;
        if (m_manage)
        {
            m_manage(MOVE, &other, this);
            other.m_manage = nullptr;
        }
    }

    void Drop()
    {
        if (m_manage)
        {
            m_manage(DROP, this, nullptr);
            m_manage = nullptr;
        }
    }

    void (*m_manage)(Operation, FlueTask*, FlueTask*) = nullptr; //!< knows the stored type
    alignas(std::max_align_t) unsigned char m_room[ROOM]; //!< the callable, or a pointer to it
};

} // namespace ns3

#endif /* FLUE_TASK_H */
