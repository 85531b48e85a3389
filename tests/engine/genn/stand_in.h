// What GeNN would generate for four inputs and two neurons that fire once, written by hand.
#pragma once
#include <cstdint>

static unsigned long long iT;
static double t;

static unsigned int *glbSpkCnt_input, *glbSpk_input, *glbSpkCnt_output, *glbSpk_output;
static int32_t *i_output;
static double *v_output, *spike_potential_output, *inSyn_input_output, *w_input_output;
static char *fired_output;
static double theta_output;

static unsigned int *get_inputCurrentSpikes() { return glbSpk_input; }
static unsigned int &get_inputCurrentSpikeCount() { return *glbSpkCnt_input; }
static unsigned int *get_outputCurrentSpikes() { return glbSpk_output; }
static unsigned int &get_outputCurrentSpikeCount() { return *glbSpkCnt_output; }

static void allocateMem()
{
    glbSpkCnt_input = new unsigned int[1];
    glbSpk_input = new unsigned int[4];
    glbSpkCnt_output = new unsigned int[1];
    glbSpk_output = new unsigned int[2];
    i_output = new int32_t[2];
    v_output = new double[2];
    spike_potential_output = new double[2];
    inSyn_input_output = new double[2];
    w_input_output = new double[8];
    fired_output = new char[2];
}

static void initialize() { *glbSpkCnt_input = *glbSpkCnt_output = 0; }
static void initializeSparse() {}

static void freeMem()
{
    for(unsigned int *a : {glbSpkCnt_input, glbSpk_input, glbSpkCnt_output, glbSpk_output})
        delete[] a;
    for(double *a : {v_output, spike_potential_output, inSyn_input_output, w_input_output})
        delete[] a;
    delete[] i_output;
    delete[] fired_output;
}

static void stepTime()
{
    for(unsigned int k = 0; k < *glbSpkCnt_input; k++)
        for(int j = 0; j < 2; j++)
            inSyn_input_output[j] += w_input_output[2 * glbSpk_input[k] + j];
    *glbSpkCnt_input = *glbSpkCnt_output = 0;
    for(int j = 0; j < 2; j++)
    {
        v_output[j] += inSyn_input_output[j];
        inSyn_input_output[j] = 0;
        if(v_output[j] > theta_output && !fired_output[j])
        {
            glbSpk_output[(*glbSpkCnt_output)++] = j;
            spike_potential_output[j] = v_output[j];
            fired_output[j] = true;
        }
    }
    t = ++iT * 1e-3;
}
