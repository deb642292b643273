// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/celllistmodel.h"

#include <cmath>

namespace sb {
namespace {

constexpr std::array roles = {CellListModel::VoltageRole,   CellListModel::BalancingRole,
                              CellListModel::IsMinimumRole, CellListModel::IsMaximumRole,
                              CellListModel::DeviationRole, CellListModel::ResistanceRole};

constexpr quint32 bit(CellListModel::Role role) { return 1U << (role - CellListModel::NumberRole); }

template<typename T>
QVariant variant(const std::optional<T> &value)
{
    return value ? QVariant::fromValue(*value) : QVariant();
}

Number meanOf(const Numbers &voltages)
{
    double sum = 0;
    int known = 0;
    for (const Number &voltage : voltages) {
        if (voltage) {
            sum += *voltage;
            ++known;
        }
    }
    return known ? Number(sum / known) : std::nullopt;
}

} // namespace

CellListModel::CellListModel(QObject *parent)
    : QAbstractListModel(parent)
{}

void CellListModel::update(const BatteryState &state)
{
    const Number mean = meanOf(state.cellVoltages);
    const bool meanMoved = mean != m_mean;
    m_mean = mean;
    read(state);
    if (m_next.size() != m_cells.size()) {
        beginResetModel();
        m_cells.swap(m_next);
        endResetModel();
        emit countChanged();
    } else {
        m_differences.resize(m_next.size());
        for (size_t i = 0; i < m_next.size(); ++i)
            m_differences[i] = difference(m_cells[i], m_next[i]);
        m_cells.swap(m_next);
        notify();
    }
    if (meanMoved)
        emit meanChanged();
}

QVariant CellListModel::mean() const { return variant(m_mean); }

int CellListModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : count(); }

QVariant CellListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Cell &cell = m_cells[static_cast<size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case NumberRole:
        return index.row() + 1;
    case VoltageRole:
        return variant(cell.voltage);
    case BalancingRole:
        return variant(cell.balancing);
    case IsMinimumRole:
        return cell.isMinimum;
    case IsMaximumRole:
        return cell.isMaximum;
    case DeviationRole:
        return variant(cell.deviation);
    case ResistanceRole:
        return variant(cell.resistance);
    default:
        return {};
    }
}

QHash<int, QByteArray> CellListModel::roleNames() const
{
    return {{NumberRole, "number"},        {VoltageRole, "voltage"},     {BalancingRole, "balancing"},
            {IsMinimumRole, "isMinimum"},  {IsMaximumRole, "isMaximum"}, {DeviationRole, "deviation"},
            {ResistanceRole, "resistance"}};
}

quint32 CellListModel::difference(const Cell &was, const Cell &is)
{
    quint32 differs = 0;
    const auto compare = [&](Role role, const auto &a, const auto &b) {
        if (!(a == b))
            differs |= bit(role);
    };
    compare(VoltageRole, was.voltage, is.voltage);
    compare(BalancingRole, was.balancing, is.balancing);
    compare(IsMinimumRole, was.isMinimum, is.isMinimum);
    compare(IsMaximumRole, was.isMaximum, is.isMaximum);
    compare(DeviationRole, was.deviation, is.deviation);
    compare(ResistanceRole, was.resistance, is.resistance);
    return differs;
}

void CellListModel::read(const BatteryState &state)
{
    const size_t count = state.cellVoltages.empty() ? m_cells.size() : state.cellVoltages.size();
    m_next.assign(count, Cell{});
    for (size_t i = 0; i < count; ++i) {
        Cell &cell = m_next[i];
        if (i < state.cellVoltages.size())
            cell.voltage = state.cellVoltages[i];
        // Every cell moves the mean a little: to 0.1 mV, rows whose own cell did not move stay quiet.
        if (cell.voltage && m_mean)
            cell.deviation = std::round((*cell.voltage - *m_mean) * 10000) / 10000 + 0.0;
        if (i < state.cellBalancing.size())
            cell.balancing = state.cellBalancing[i];
        if (i < state.cellResistances.size())
            cell.resistance = state.cellResistances[i];
    }
    const std::optional<CellExtremes> extremes = cellExtremes(state.cellVoltages);
    if (extremes && extremes->lowest != extremes->highest) {
        m_next[static_cast<size_t>(extremes->lowest)].isMinimum = true;
        m_next[static_cast<size_t>(extremes->highest)].isMaximum = true;
    }
}

void CellListModel::notify()
{
    const size_t count = m_differences.size();
    for (size_t first = 0; first < count;) {
        const quint32 differs = m_differences[first];
        size_t end = first + 1;
        while (end < count && m_differences[end] == differs)
            ++end;
        if (differs) {
            QList<int> changed;
            for (const Role role : roles) {
                if (differs & bit(role))
                    changed.append(role);
            }
            emit dataChanged(index(static_cast<int>(first)), index(static_cast<int>(end - 1)), changed);
        }
        first = end;
    }
}

} // namespace sb
