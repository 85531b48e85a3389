// How fast S4NN's 784-400-10 network can learn on one core: written by hand for this one network,
// event-driven, a batch of one, nothing recorded. It is what brainsnn's speed is compared with.
//
// Weights are stored (pre, post), so that one input spike adds one contiguous row. A neuron that
// crosses its threshold at the step in which it receives input of step t has first-spike step t + 1;
// N_STEPS stands for silence.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace
{

constexpr int N_INPUT = 784, N_HIDDEN = 400, N_OUTPUT = 10, N_STEPS = 256;
constexpr int BLOCK = 80;          // hidden neurons whose thresholds are tested together
constexpr int DECAY_INTERVAL = 100;  // trials between two decays of the first connection

struct Trial
{
    double hidden_potential[N_HIDDEN], output_potential[N_OUTPUT];
    int hidden_step[N_HIDDEN], output_step[N_OUTPUT];
    int begin[N_STEPS + 2];  // inputs of step t are sorted_input[begin[t]:begin[t + 1]]
    int sorted_input[N_INPUT];
    int queue[2][N_HIDDEN], queued[2];
};

void sort_inputs(const uint16_t *input_step, Trial &trial)
{
    std::memset(trial.begin, 0, sizeof trial.begin);
    for(int i = 0; i < N_INPUT; i++)
        trial.begin[input_step[i] + 1]++;
    for(int t = 0; t <= N_STEPS; t++)
        trial.begin[t + 1] += trial.begin[t];
    int place[N_STEPS + 2];
    std::memcpy(place, trial.begin, sizeof place);
    for(int i = 0; i < N_INPUT; i++)
        trial.sorted_input[place[input_step[i]]++] = i;
}

void step_output(int t, const double *output_weights, double threshold, Trial &trial)
{
    int &n = trial.queued[t & 1];
    if(!n)
        return;
    for(int a = 0; a < n; a++)
    {
        const double *w = output_weights + trial.queue[t & 1][a] * N_OUTPUT;
        for(int k = 0; k < N_OUTPUT; k++)
            trial.output_potential[k] += w[k];
    }
    for(int k = 0; k < N_OUTPUT; k++)
        if(trial.output_step[k] == N_STEPS && trial.output_potential[k] > threshold)
            trial.output_step[k] = t + 1;
    n = 0;
}

void step_hidden(int t, const double *input_weights, double threshold, Trial &trial)
{
    const int begin = trial.begin[t], end = trial.begin[t + 1];
    if(begin == end)
        return;
    double *__restrict v = trial.hidden_potential;
    for(int e = begin; e < end; e++)
    {
        const double *__restrict w = input_weights + (size_t)trial.sorted_input[e] * N_HIDDEN;
        for(int j = 0; j < N_HIDDEN; j++)
            v[j] += w[j];
    }
    int *queue = trial.queue[(t + 1) & 1], n = trial.queued[(t + 1) & 1];
    for(int c = 0; c < N_HIDDEN; c += BLOCK)
    {
        int any = 0;
        for(int j = c; j < c + BLOCK; j++)
            any |= (v[j] > threshold) & (trial.hidden_step[j] == N_STEPS);
        if(any && t + 1 < N_STEPS)
            for(int j = c; j < c + BLOCK; j++)
                if(v[j] > threshold && trial.hidden_step[j] == N_STEPS)
                {
                    trial.hidden_step[j] = t + 1;
                    queue[n++] = j;
                }
    }
    trial.queued[(t + 1) & 1] = n;
}

void run_trial(const uint16_t *input_step, const double *input_weights,
               const double *output_weights, double threshold, Trial &trial)
{
    sort_inputs(input_step, trial);
    std::memset(trial.hidden_potential, 0, sizeof trial.hidden_potential);
    std::memset(trial.output_potential, 0, sizeof trial.output_potential);
    std::fill_n(trial.hidden_step, N_HIDDEN, N_STEPS);
    std::fill_n(trial.output_step, N_OUTPUT, N_STEPS);
    trial.queued[0] = trial.queued[1] = 0;
    for(int t = 0; t < N_STEPS; t++)
    {
        step_output(t, output_weights, threshold, trial);
        step_hidden(t, input_weights, threshold, trial);
    }
}

// Relative targets, normalised; false if there is nothing to learn.
bool output_error(const Trial &trial, int label, double gamma, double *error)
{
    const int first = *std::min_element(trial.output_step, trial.output_step + N_OUTPUT);
    double squares = 0;
    for(int k = 0; k < N_OUTPUT; k++)
    {
        const int t = trial.output_step[k];
        double target;
        if(first == N_STEPS)
            target = k == label ? N_STEPS - gamma : N_STEPS;
        else if(k == label)
            target = first;
        else
            target = t - first < gamma ? std::min<double>(first + gamma, N_STEPS) : t;
        error[k] = (target - t) / N_STEPS;
        squares += error[k] * error[k];
    }
    if(squares == 0)
        return false;
    const double scale = 1 / std::sqrt(squares);
    for(int k = 0; k < N_OUTPUT; k++)
        error[k] *= scale;
    return true;
}

// Update the last connection and propagate through the new weights, as the authors' program does.
double update_output(const Trial &trial, const double *error, double rate, double decay,
                     double *weights, double *hidden_error)
{
    double squares = 0;
    for(int j = 0; j < N_HIDDEN; j++)
    {
        double sum = 0, *w = weights + j * N_OUTPUT;
        for(int k = 0; k < N_OUTPUT; k++)
            if(trial.hidden_step[j] < trial.output_step[k])
            {
                w[k] -= rate * error[k];
                w[k] -= rate * decay * w[k];
                sum += error[k] * w[k];
            }
            else
                w[k] -= rate * decay * w[k];
        hidden_error[j] = sum;
        squares += sum * sum;
    }
    return squares;
}

void update_hidden(const Trial &trial, const uint16_t *input_step, const double *update,
                   double *weights)
{
    float step[N_HIDDEN];
    for(int j = 0; j < N_HIDDEN; j++)
        step[j] = trial.hidden_step[j];
    for(int e = 0; e < trial.begin[N_STEPS]; e++)
    {
        const int i = trial.sorted_input[e];
        const float t = input_step[i];
        double *__restrict w = weights + (size_t)i * N_HIDDEN;
        for(int j = 0; j < N_HIDDEN; j++)
            w[j] -= (t < step[j]) ? update[j] : 0.0;
    }
}

}

extern "C" {

// First-spike steps of the outputs, (n, N_OUTPUT), for input steps (n, N_INPUT).
void limit_infer(const uint16_t *inputs, int64_t n, const double *input_weights,
                 const double *output_weights, double threshold, int16_t *steps)
{
    static Trial trial;
    for(int64_t q = 0; q < n; q++)
    {
        run_trial(inputs + q * N_INPUT, input_weights, output_weights, threshold, trial);
        std::copy_n(trial.output_step, N_OUTPUT, steps + q * N_OUTPUT);
    }
}

// Train on the trials `order`, one after the other, changing the weights in place.
void limit_train(const uint16_t *inputs, const int64_t *labels, const int64_t *order, int64_t n,
                 double *input_weights, double *output_weights, double threshold, double rate,
                 double decay, double gamma)
{
    static Trial trial;
    const double keep = std::pow(1 - rate * decay, DECAY_INTERVAL);
    double error[N_OUTPUT], hidden_error[N_HIDDEN];
    for(int64_t q = 0; q < n; q++)
    {
        if(q % DECAY_INTERVAL == DECAY_INTERVAL - 1)
            for(int64_t z = 0; z < (int64_t)N_INPUT * N_HIDDEN; z++)
                input_weights[z] *= keep;
        const uint16_t *input_step = inputs + order[q] * N_INPUT;
        run_trial(input_step, input_weights, output_weights, threshold, trial);
        if(!output_error(trial, labels[order[q]], gamma, error))
            continue;
        const double squares =
            update_output(trial, error, rate, decay, output_weights, hidden_error);
        if(squares == 0)
            continue;
        const double scale = rate / std::sqrt(squares);
        for(int j = 0; j < N_HIDDEN; j++)
            hidden_error[j] *= scale;
        update_hidden(trial, input_step, hidden_error, input_weights);
    }
}

}
