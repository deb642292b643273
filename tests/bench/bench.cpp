// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What one poll costs: from bytes to values, from values to the model, from the model to D-Bus items.
#include "drivers/jbd/jbddriver.h"
#include "drivers/jbd/jbdsimulator.h"
#include "model/batterymodel.h"
#include "simulator/pack.h"
#include "venus/batteryservice.h"
#include "venus/controlvalues.h"

#include <benchmark/benchmark.h>

using namespace sb;

namespace {

/// Two rounds of replies of a pack that lives, so that every cell changes from one to the next.
struct Traffic
{
    Traffic()
        : pack({}, Profile::lively())
        , board(pack, {})
    {
        jbd::JbdDriver driver({});
        driver.requests(Phase::Poll, requests);
        requests.resize(2); // what is asked each second
        for (auto &round : rounds) {
            pack.advance(1);
            for (const Request &request : requests) {
                std::vector<SimulatedReply> replies;
                board.receive(bytesOf(request.bytes), replies);
                round.push_back(replies.front().bytes);
            }
        }
    }
    Pack pack;
    jbd::JbdSimulator board;
    std::vector<Request> requests;
    std::array<std::vector<QByteArray>, 2> rounds;
};

void poll(Driver &driver, const Traffic &traffic, size_t round, Update &update)
{
    update.clear();
    for (size_t i = 0; i < traffic.requests.size(); ++i) {
        driver.begin(traffic.requests[i]);
        (void)driver.receive(bytesOf(traffic.rounds[round][i]), &traffic.requests[i], update);
    }
}

void decodePoll(benchmark::State &state)
{
    const Traffic traffic;
    jbd::JbdDriver driver({});
    Update update;
    size_t round = 0;
    for (auto _ : state) {
        poll(driver, traffic, round, update);
        round ^= 1;
        benchmark::DoNotOptimize(update);
    }
}
BENCHMARK(decodePoll);

void mergePoll(benchmark::State &state)
{
    const Traffic traffic;
    jbd::JbdDriver driver({});
    std::array<Update, 2> updates;
    poll(driver, traffic, 0, updates[0]);
    poll(driver, traffic, 1, updates[1]);
    TimedState timed;
    qint64 now = 0;
    for (auto _ : state) {
        ++now;
        benchmark::DoNotOptimize(timed.merge(updates[static_cast<size_t>(now & 1)].values, now));
    }
}
BENCHMARK(mergePoll);

void stateToModel(benchmark::State &state)
{
    const Traffic traffic;
    jbd::JbdDriver driver({});
    std::array<TimedState, 2> states;
    for (size_t i = 0; i < 2; ++i) {
        Update update;
        poll(driver, traffic, i, update);
        states[i].merge(update.values, 1);
    }
    BatteryModel model(QStringLiteral("jbd"), QStringLiteral("bench"));
    size_t i = 0;
    for (auto _ : state)
        model.update(states[i ^= 1], Condition::Fresh, {}, 1, 1);
}
BENCHMARK(stateToModel);

void modelToItems(benchmark::State &state)
{
    const Traffic traffic;
    jbd::JbdDriver driver({});
    std::array<TimedState, 2> states;
    for (size_t i = 0; i < 2; ++i) {
        Update update;
        poll(driver, traffic, i, update);
        states[i].merge(update.values, 1);
    }
    BatteryModel model(QStringLiteral("jbd"), QStringLiteral("bench"));
    model.update(states[0], Condition::Fresh, {}, 1, 1);
    control::ChargeControl control{control::Settings()};
    control::PollInputs inputs;
    inputs.state = &states[0].values();
    inputs.wallSecond = 1700000000;
    control.connected(inputs);
    ServiceIdentity identity;
    identity.cellCount = model.values().cellCount.value_or(0);
    BatteryService service(model, identity, {});
    BatteryValues values;
    size_t i = 0;
    for (auto _ : state) {
        model.update(states[i ^= 1], Condition::Fresh, {}, 1, 1);
        inputs.state = &states[i].values();
        inputs.now += 1000;
        control.poll(inputs);
        fillValues(model, control, values);
        service.publish(values); // not on a bus: everything but the sending
    }
}
BENCHMARK(modelToItems);

} // namespace

BENCHMARK_MAIN();
